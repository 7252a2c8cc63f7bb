// The stages of a pipeline and how data flows between them: a stage comes after those whose outputs it reads.
//
// "Reads" is by containment, either way: a dependency inside of an output directory, an output inside of a
// dependency directory. Params files count as dependencies; a stage may also name others that it needs. Code
// that it imports connects too, but for where that would close a circle: nobody wrote it down, so it is no
// error. Immutable once made, so any thread may ask.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/formats/pipeline/pipeline_file.h"

namespace dvx {

// Which stages a selection takes besides those that were named.
// Connected: all that hang together with them.
enum class Reach { Only, Ancestors, Descendants, Connected };

// Whether a selection goes on through a frozen stage, whose inputs do not matter.
enum class FrozenStages { PassedThrough, End };

class StageGraph {
 public:
  // `pointer_paths`: data tracked by pointer files, from the root; no stage may write there.
  // Error{Config}, naming both sides: one output of two stages, an output within another or within tracked
  // data, a stage that reads what it writes, a cycle ("a -> b -> a").
  // `imports`: by stage, paths it reads without naming them.
  explicit StageGraph(std::vector<Stage> stages, const std::vector<std::string>& pointer_paths = {},
                      const std::vector<std::vector<std::string>>& imports = {});

  // As given, but that a group named in `stage_deps` is replaced by its stages.
  const std::vector<Stage>& stages() const { return stages_; }
  const std::vector<std::size_t>& order() const { return order_; }  // so that they can run; ties as given
  const std::vector<std::size_t>& upstream(std::size_t stage) const {
    return upstream_[stage];
  }  // direct, sorted
  const std::vector<std::size_t>& downstream(std::size_t stage) const {
    return downstream_[stage];
  }  // direct, sorted

  // `selected` as select() orders them: of each those directly before it that are selected too, as positions
  // in `selected`; sorted as upstream() is.
  std::vector<std::vector<std::size_t>> upstream_within(const std::vector<std::size_t>& selected) const;

  // Whether another stage makes this import of a stage, and itself needs what the stage makes.
  bool is_circular_import(std::size_t stage, const std::string& path) const;

  std::optional<std::size_t> find(const std::string& name) const;
  // The stage one of whose outputs is, or contains, `path`.
  std::optional<std::size_t> producer_of(std::string_view path) const;

  // Stages named by `targets`, in the order in which they can run; all of them for no targets. A target is,
  // as typed in `cwd` (from the root): the name of a stage or of a group, first of the nearest dvx.yaml at or
  // above `cwd`; "path:name", "path/dvx.yaml:name"; a pattern of names ("train@*"); a dvx.yaml; the path of
  // an output, or of something in or around one. NotFound, with the nearest name, when it is none of them.
  std::vector<std::size_t> select(const std::vector<std::string>& targets, const std::string& cwd,
                                  Reach reach, FrozenStages frozen = FrozenStages::PassedThrough) const;

 private:
  void index_outputs(const std::vector<std::string>& pointer_paths);
  void connect();
  void connect_dependency(std::size_t reader, const std::string& path);
  void connect_stage_dependencies(std::size_t reader);
  void connect_import(std::size_t reader, const std::string& path);
  bool comes_after(std::size_t stage, std::size_t other) const;
  void sort();
  [[noreturn]] void fail_with_cycle(const std::vector<std::size_t>& blockers) const;
  std::vector<std::size_t> named_by(const std::string& target, const std::string& cwd) const;
  std::vector<std::size_t> called(const std::string& address) const;
  std::vector<std::size_t> called_from(const std::string& target, const std::string& cwd) const;
  std::vector<std::size_t> matching(const std::string& pattern, const std::string& cwd) const;
  std::vector<std::size_t> at_path(const std::string& path) const;
  [[noreturn]] void fail_with_unknown(const std::string& target, const std::string& cwd) const;

  std::vector<Stage> stages_;
  std::vector<std::size_t> order_;
  std::vector<std::vector<std::size_t>> upstream_, downstream_;
  std::unordered_map<std::string, std::size_t> by_name_, by_output_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_group_;
  std::set<std::pair<std::size_t, std::string>> circular_imports_;
  std::vector<std::pair<std::string, std::size_t>>
      outputs_;  // sorted by path, so that what lies beneath is a range
};

}  // namespace dvx
