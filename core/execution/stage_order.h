// Which of the selected stages may begin, as those before them end; and which may be put into the queue of a
// cluster, as those before them are done or in that queue themselves. Pure bookkeeping: what a stage is and
// what becomes of it is not known here. Stages are positions in the selection, each behind those it needs.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <vector>

#include "core/pipeline/graph.h"

namespace dvx {

class StageOrder {
 public:
  // `selected` are positions in `graph`, in an order in which each comes after those it needs.
  StageOrder(const StageGraph& graph, const std::vector<std::size_t>& selected);

  // May begin, and have not been taken out by the caller, who may put one back. The first starts first.
  std::set<std::size_t>& ready() { return ready_; }
  const std::vector<std::size_t>& behind(std::size_t stage) const { return behind_[stage]; }  // directly
  bool waits(std::size_t stage) const { return waits_for_[stage] != 0; }

  // It ended well: what has waited for it alone is ready.
  void end(std::size_t stage);
  // All behind it, directly or not, will not begin. Those that were not skipped before, nearest first.
  std::vector<std::size_t> skip_behind(std::size_t stage);
  bool is_skipped(std::size_t stage) const { return skipped_.contains(stage); }

  // It is in the queue. Alone: no stage may be queued behind it before it has ended.
  enum class QueuedAs { OneOfAChain, Alone };
  void enter_queue(std::size_t stage, QueuedAs as);
  void leave_queue(std::size_t stage) { queued_.erase(stage); }
  const std::set<std::size_t>& queued() const { return queued_; }
  // One whose stages before are all done or in the queue, each once; nullopt when there is none.
  std::optional<std::size_t> take_queueable();

 private:
  void note_done_or_queued(std::size_t stage);

  std::vector<std::vector<std::size_t>> behind_;
  std::vector<std::size_t> waits_for_;           // how many stages before each are not done
  std::vector<std::size_t> waits_for_queueing_;  // how many are neither done nor in the queue
  std::set<std::size_t> ready_, skipped_, queued_, ever_queued_, queueable_;
};

}  // namespace dvx
