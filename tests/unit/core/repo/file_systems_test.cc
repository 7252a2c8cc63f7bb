#include "core/repo/file_systems.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

const FileSystem kLocal{"ext4", FileSystemReach::Local}, kRemote{"NFS", FileSystemReach::Network};

TEST(NetworkNote, IsSilentWhereAllIsLocal) {
  EXPECT_EQ(network_note({kLocal, kLocal}), std::nullopt);
}

TEST(NetworkNote, NamesBothPlacesAndWhatItMeans) {
  EXPECT_EQ(
      network_note({kLocal, kRemote}),
      "workspace on ext4, store on NFS; machines that work there at once must see each other's flock(2)");
  EXPECT_NE(network_note({kRemote, kRemote})->find("without shared memory"), std::string::npos);
}

}  // namespace
}  // namespace dvx
