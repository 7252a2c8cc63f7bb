#include "base/file_system.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

struct Case {
  std::uint64_t magic;
  std::string_view type, name;
  FileSystemReach reach;
};

class FileSystems : public testing::TestWithParam<Case> {};

TEST_P(FileSystems, AreKnownByNumberAndFuseByType) {
  const Case& given = GetParam();
  const FileSystem found = file_system_named(given.magic, given.type);
  EXPECT_EQ(found.name, given.name);
  EXPECT_EQ(found.reach, given.reach);
}

INSTANTIATE_TEST_SUITE_P(
    , FileSystems,
    testing::Values(Case{0xef53, "", "ext4", FileSystemReach::Local},
                    Case{0x58465342, "", "xfs", FileSystemReach::Local},
                    Case{0x6969, "", "NFS", FileSystemReach::Network},
                    Case{0xff534d42, "", "CIFS", FileSystemReach::Network},
                    Case{0x01021997, "", "9p", FileSystemReach::Network},
                    Case{0x0bd00bd0, "", "Lustre", FileSystemReach::Network},
                    Case{0x65735546, "fuse.sshfs", "FUSE (fuse.sshfs)", FileSystemReach::Network},
                    Case{0x65735546, "fuseblk", "FUSE (fuseblk)", FileSystemReach::Local},
                    Case{0x65735546, "", "FUSE", FileSystemReach::Network},
                    Case{0x1234, "", "file system 0x1234", FileSystemReach::Local}));

TEST(FileSystemOf, LooksAtTheNearestDirectoryThatIsThere) {
  EXPECT_EQ(file_system_of("/proc/not/there").name, file_system_of("/proc").name);
  EXPECT_NE(file_system_of(".").name, "unknown");
}

}  // namespace
}  // namespace dvx
