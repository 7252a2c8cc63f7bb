#include "base/boot_id.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace dvx {
namespace {

TEST(BootId, IsTheSameUntilTheMachineStartsAgain) {
  EXPECT_EQ(boot_id().size(), 36U);
  EXPECT_EQ(boot_id(), boot_id());
}

TEST(BootId, IsEmptyWhereTheKernelDoesNotTell) {
  const TemporaryDirectory scratch(testing::TempDir());
  const std::string file = scratch.path() + "/boot_id";
  EXPECT_EQ(boot_id(file), "");
  write_file_atomically(file, "not a name of the kernel's\n");
  EXPECT_EQ(boot_id(file), "");
  write_file_atomically(file, "5f0e-77\n");
  EXPECT_EQ(boot_id(file), "5f0e-77");
}

}  // namespace
}  // namespace dvx
