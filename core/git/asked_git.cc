#include "core/git/asked_git.h"

#include <iterator>

namespace dvx {

ProcessResult ask_git(const GitQuestion& question) {
  std::vector<std::string> argv = {"env", "GIT_DIR=" + question.git_dir, "GIT_OPTIONAL_LOCKS=0",
                                   "GIT_TERMINAL_PROMPT=0", "LC_ALL=C"};
  if (!question.work_tree.empty()) argv.push_back("GIT_WORK_TREE=" + question.work_tree);
  if (!question.index_file.empty()) argv.push_back("GIT_INDEX_FILE=" + question.index_file);
  // The first is for git 2.44 and later; the second leaves every git without a way to reach a remote.
  if (question.missing == MissingObjects::StayMissing)
    argv.insert(argv.end(), {"GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none"});
  argv.insert(argv.end(),
              {"git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"});
  argv.insert(argv.end(), question.arguments.begin(), question.arguments.end());
  ProcessOptions options;
  options.directory = question.work_tree;
  options.input = question.input;
  return run_process(argv, options);
}

}  // namespace dvx
