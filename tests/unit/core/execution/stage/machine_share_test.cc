#include "core/execution/stage/machine_share.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

constexpr Machine kMachine = {.cpus = 4, .memory = 1000, .gpus = 2};

TEST(MachineShare, ProcessorsAndMemoryAreCounted) {
  MachineShare share(kMachine);
  const StageDemands wide = {.cpus = 3}, large = {.memory = 600};
  const auto part = share.take(wide);
  EXPECT_FALSE(share.fits(wide));
  EXPECT_TRUE(share.fits(large));
  const auto other = share.take(large);
  EXPECT_TRUE(share.is_full());
  share.give_back(part);
  EXPECT_TRUE(share.fits(wide));
  EXPECT_FALSE(share.fits(large));
  share.give_back(other);
  EXPECT_TRUE(share.fits(large));
}

TEST(MachineShare, WhatIsTooMuchRunsAlone) {
  MachineShare share(kMachine);
  const StageDemands huge = {.cpus = 64, .memory = 1'000'000};
  EXPECT_TRUE(share.fits(huge));
  const auto small = share.take({});
  EXPECT_FALSE(share.fits(huge));
  share.give_back(small);
  const auto part = share.take(huge);
  EXPECT_FALSE(share.fits({}));
  share.give_back(part);
  EXPECT_TRUE(share.fits({}));
}

TEST(MachineShare, AMutexIsHeldByOne) {
  MachineShare share(kMachine);
  const auto part = share.take({.mutexes = {"db", "net"}});
  EXPECT_FALSE(share.fits({.mutexes = {"db"}}));
  EXPECT_TRUE(share.fits({.mutexes = {"disk"}}));
  share.give_back(part);
  EXPECT_TRUE(share.fits({.mutexes = {"db"}}));
}

TEST(MachineShare, EachStageHasGpusOfItsOwn) {
  MachineShare share(kMachine);
  const auto first = share.take({.gpus = 1}), second = share.take({.gpus = 1});
  EXPECT_EQ(first.gpus, std::vector<std::size_t>{0});
  EXPECT_EQ(second.gpus, std::vector<std::size_t>{1});
  EXPECT_FALSE(share.fits({.gpus = 1}));
  share.give_back(first);
  EXPECT_EQ(share.take({.gpus = 1}).gpus, std::vector<std::size_t>{0});
}

}  // namespace
}  // namespace dvx
