#include "base/error.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

TEST(Error, MapsEachKindToItsDocumentedExitStatus) {
  EXPECT_EQ(exit_code(ErrorKind::Blocked), 1);
  EXPECT_EQ(exit_code(ErrorKind::Usage), 2);
  EXPECT_EQ(exit_code(ErrorKind::Config), 2);
  EXPECT_EQ(exit_code(ErrorKind::Partial), 3);
  EXPECT_EQ(exit_code(ErrorKind::Authentication), 4);
  EXPECT_EQ(exit_code(ErrorKind::NotFound), 5);
  EXPECT_EQ(exit_code(ErrorKind::Corruption), 6);
  EXPECT_EQ(exit_code(ErrorKind::Network), 7);
  EXPECT_EQ(exit_code(ErrorKind::Locked), 8);
  EXPECT_EQ(exit_code(ErrorKind::NotARepository), 10);
  EXPECT_EQ(exit_code(ErrorKind::Internal), 70);
  EXPECT_EQ(exit_code(ErrorKind::Io), 74);
}

TEST(Error, TellsAbsentFilesFromBrokenMachines) {
  EXPECT_EQ(system_error("open", "x", ENOENT).kind(), ErrorKind::NotFound);
  EXPECT_EQ(system_error("open", "x", EACCES).kind(), ErrorKind::Io);
  EXPECT_EQ(system_error("open", "x", EACCES).message(), "cannot open 'x': Permission denied");
}

TEST(Error, HintsAtFreeingSpaceWhenTheDiskIsFull) {
  EXPECT_NE(system_error("write", "x", ENOSPC).hint().find("free some space"), std::string::npos);
}

}  // namespace
}  // namespace dvx
