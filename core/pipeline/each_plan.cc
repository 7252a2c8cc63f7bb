#include "core/pipeline/each_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/path.h"

namespace dvx {

namespace {

[[noreturn]] void fail_with_collision(const EachItem& a, const EachItem& b) {
  const std::string what = a.out == b.out ? fmt::format("would both become '{}'", display_path(a.out))
                                          : fmt::format("would become '{}' and '{}', one in the other",
                                                        display_path(a.out), display_path(b.out));
  throw Error(ErrorKind::Config,
              fmt::format("'{}' and '{}' {}", display_path(a.in), display_path(b.in), what),
              a.out == b.out ? "{dir} and {ext} in 'out' tell inputs apart" : "", a.in);
}

// The lines of a tree sort as if each path ended in '/', so that what lies in a path follows it.
bool by_output(const EachItem* a, const EachItem* b) {
  const auto less = [](unsigned char x, unsigned char y) { return (x == '/' ? 0 : x) < (y == '/' ? 0 : y); };
  return std::ranges::lexicographical_compare(a->out, b->out, less);
}

void refuse_collisions(const std::vector<EachItem>& items) {
  std::vector<const EachItem*> sorted;
  sorted.reserve(items.size());
  for (const EachItem& item : items) sorted.push_back(&item);
  // Names that keep their beginning keep their order.
  if (!std::ranges::is_sorted(sorted, by_output)) std::ranges::sort(sorted, by_output);
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (is_beneath(sorted[i]->out, sorted[i - 1]->out)) fail_with_collision(*sorted[i - 1], *sorted[i]);
  }
}

class EachPlanner {
 public:
  EachPlanner(const EachMapping& mapping, const EachFacts& facts) : mapping_(mapping), facts_(facts) {}

  EachPlan run() {
    std::vector<EachItem> items;
    items.reserve(facts_.inputs.size());
    for (const auto& [path, state] : facts_.inputs) items.push_back({path, mapping_.output_of(path), state});
    refuse_collisions(items);
    plan_.outputs.reserve(items.size());
    for (EachItem& item : items) {
      plan_.outputs.push_back(item.out);
      decide(std::move(item));
    }
    if (!std::ranges::is_sorted(plan_.outputs)) std::ranges::sort(plan_.outputs);
    std::ranges::sort(plan_.restore, {}, &ItemToRestore::out);
    find_what_is_left_over();
    return std::move(plan_);
  }

 private:
  void decide(EachItem item) {
    const ItemPast past = facts_.past(item);
    if (!past.output) {
      plan_.run.push_back({std::move(item), past.was_input ? ItemReason::Changed : ItemReason::New});
      return;
    }
    const auto present = facts_.present(item.out);
    if (present == past.output) return;
    if (facts_.is_stored(*past.output)) {
      plan_.restore.push_back({std::move(item.out), *past.output});
    } else {
      plan_.run.push_back(
          {std::move(item), present ? ItemReason::OutputModified : ItemReason::OutputMissing});
    }
  }

  void find_what_is_left_over() {
    OutputSet outputs(plan_.outputs, mapping_.output_directory());
    facts_.walk_outputs([&](const std::string& path, EntryKind kind) {
      const auto place = outputs.place_of(path);
      const bool is_above = place == OutputSet::Place::Above && kind == EntryKind::Directory;
      if (!is_above && place != OutputSet::Place::Output) plan_.remove.push_back(path);
      return is_above;
    });
    std::ranges::sort(plan_.remove);
  }

  const EachMapping& mapping_;
  const EachFacts& facts_;
  EachPlan plan_;
};

}  // namespace

std::string_view item_reason_name(ItemReason reason) {
  switch (reason) {
    case ItemReason::New:
      return "new";
    case ItemReason::Changed:
      return "changed";
    case ItemReason::OutputMissing:
      return "output missing";
    case ItemReason::OutputModified:
      return "output modified";
  }
  return "unknown";
}

EachPlan make_each_plan(const EachMapping& mapping, const EachFacts& facts) {
  return EachPlanner(mapping, facts).run();
}

OutputSet::OutputSet(const std::vector<std::string>& outputs, const std::string& directory)
    : outputs_(outputs) {
  std::string last = directory;
  for (const std::string& output : outputs) {
    std::string parent = parent_path(output);
    if (parent == last) continue;  // most lie beside the one before
    last = parent;
    for (; parent != directory && !parent.empty(); parent = parent_path(parent)) above_.push_back(parent);
  }
  std::ranges::sort(above_);
  above_.erase(std::unique(above_.begin(), above_.end()), above_.end());
}

OutputSet::Place OutputSet::place_of(const std::string& path) {
  const bool is_next = next_ < outputs_.size() && outputs_[next_] == path;
  const auto found = is_next ? outputs_.begin() + static_cast<std::ptrdiff_t>(next_)
                             : std::ranges::lower_bound(outputs_, path);
  if (found != outputs_.end() && *found == path) {
    next_ = static_cast<std::size_t>(found - outputs_.begin()) + 1;
    return Place::Output;
  }
  return std::ranges::binary_search(above_, path) ? Place::Above : Place::Foreign;
}

}  // namespace dvx
