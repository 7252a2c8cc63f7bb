#include "core/execution/stage_order.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

using Positions = std::vector<std::size_t>;
using QueuedAs = StageOrder::QueuedAs;

Stage stage(const std::string& name, const std::vector<std::string>& deps) {
  Stage result;
  result.name = name;
  for (const std::string& dep : deps) result.deps.push_back({dep, ""});
  result.outs.push_back({.path = name});
  return result;
}

// a → b, c → d; e alone.
class StageOrderTest : public testing::Test {
 protected:
  Positions ready() { return {order.ready().begin(), order.ready().end()}; }
  void begin_and_end(std::size_t i) {
    order.ready().erase(i);
    order.end(i);
  }
  Positions queueable() {
    Positions all;
    while (const auto next = order.take_queueable()) all.push_back(*next);
    return all;
  }

  StageGraph graph{
      {stage("a", {}), stage("b", {"a"}), stage("c", {"a"}), stage("d", {"b", "c"}), stage("e", {})}};
  StageOrder order{graph, {0, 1, 2, 3, 4}};
};

TEST_F(StageOrderTest, AStageIsReadyWhenAllBeforeItHaveEnded) {
  EXPECT_EQ(ready(), (Positions{0, 4}));
  begin_and_end(0);
  EXPECT_EQ(ready(), (Positions{1, 2, 4}));
  begin_and_end(2);
  EXPECT_TRUE(order.waits(3));
  begin_and_end(1);
  EXPECT_EQ(ready(), (Positions{3, 4}));
}

TEST_F(StageOrderTest, WhatIsNotSelectedIsNotWaitedFor) {
  StageOrder some(graph, {1, 3});
  EXPECT_EQ(some.ready(), (std::set<std::size_t>{0}));
  EXPECT_EQ(some.behind(0), Positions{1});
}

TEST_F(StageOrderTest, AllBehindAFailureAreSkippedOnce) {
  begin_and_end(0);
  EXPECT_EQ(order.skip_behind(1), Positions{3});
  EXPECT_TRUE(order.skip_behind(2).empty());
  begin_and_end(2);
  EXPECT_EQ(ready(), (Positions{1, 4})) << "3 is skipped";
}

TEST_F(StageOrderTest, QueuesBehindWhatIsQueuedOrDone) {
  EXPECT_TRUE(queueable().empty());
  order.enter_queue(0, QueuedAs::OneOfAChain);
  EXPECT_EQ(ready(), Positions{4});
  EXPECT_EQ(queueable(), (Positions{1, 2}));
  order.enter_queue(1, QueuedAs::OneOfAChain);
  order.leave_queue(0);
  order.end(0);
  EXPECT_EQ(ready(), (Positions{2, 4})) << "1 is in the queue already";
  EXPECT_TRUE(queueable().empty());
  begin_and_end(2);
  EXPECT_EQ(queueable(), Positions{3});
}

TEST_F(StageOrderTest, NothingIsQueuedBehindWhatIsThereAlone) {
  order.enter_queue(0, QueuedAs::Alone);
  EXPECT_TRUE(queueable().empty());
  order.leave_queue(0);
  order.end(0);
  EXPECT_EQ(queueable(), (Positions{1, 2}));
  EXPECT_EQ(ready(), (Positions{1, 2, 4}));
}

}  // namespace
}  // namespace dvx
