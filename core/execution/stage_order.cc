#include "core/execution/stage_order.h"

namespace dvx {

StageOrder::StageOrder(const StageGraph& graph, const std::vector<std::size_t>& selected)
    : behind_(selected.size()), waits_for_(selected.size(), 0) {
  const auto upstream = graph.upstream_within(selected);
  for (std::size_t i = 0; i < selected.size(); ++i) {
    for (const std::size_t before : upstream[i]) behind_[before].push_back(i);
    waits_for_[i] = upstream[i].size();
    if (waits_for_[i] == 0) ready_.insert(ready_.end(), i);
  }
  waits_for_queueing_ = waits_for_;
}

void StageOrder::end(std::size_t stage) {
  for (const std::size_t next : behind_[stage]) {
    if (--waits_for_[next] == 0 && !skipped_.contains(next) && !queued_.contains(next)) ready_.insert(next);
  }
  if (!ever_queued_.contains(stage)) note_done_or_queued(stage);
}

std::vector<std::size_t> StageOrder::skip_behind(std::size_t stage) {
  std::vector<std::size_t> found = {stage};
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const std::size_t next : behind_[found[i]]) {
      if (skipped_.insert(next).second) found.push_back(next);
    }
  }
  found.erase(found.begin());
  return found;
}

void StageOrder::enter_queue(std::size_t stage, QueuedAs as) {
  queued_.insert(stage);
  ready_.erase(stage);
  if (as == QueuedAs::OneOfAChain && ever_queued_.insert(stage).second) note_done_or_queued(stage);
}

void StageOrder::note_done_or_queued(std::size_t stage) {
  for (const std::size_t next : behind_[stage]) {
    if (--waits_for_queueing_[next] == 0) queueable_.insert(next);
  }
}

std::optional<std::size_t> StageOrder::take_queueable() {
  if (queueable_.empty()) return std::nullopt;
  return queueable_.extract(queueable_.begin()).value();
}

}  // namespace dvx
