#include "core/execution/sandbox/sandbox_support.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "core/execution/sandbox/sandbox_arguments.h"
#include "core/execution/sandbox/system_call_filter.h"

namespace dvx {

namespace {

constexpr const char* kInstall = "apt-get install bubblewrap";

std::string find_bubblewrap(std::string_view path) {
  while (!path.empty()) {
    const std::string_view directory = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(directory.size() + 1, path.size()));
    if (!directory.starts_with("/")) continue;
    std::string program = join_path(directory, "bwrap");
    if (::access(program.c_str(), X_OK) == 0) return program;
  }
  return {};
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// Everything that every sandbox does, on the machine as it is: where namespaces are forbidden, or /proc
// cannot be mounted, it fails here.
ProcessResult try_it(const std::string& bubblewrap) {
  std::vector<std::string> words = {bubblewrap};
  for (std::string& word : isolation_arguments()) words.push_back(std::move(word));
  for (const char* word : {"--ro-bind", "/", "/", "--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev",
                           "--", "/bin/sh", "-c", "exit 0"})
    words.emplace_back(word);
  ProcessOptions options;
  options.merge_stderr = true;
  return run_process(words, options);
}

std::string_view without_prefix(std::string_view line) {
  constexpr std::string_view kPrefix = "bwrap: ";
  if (line.starts_with(kPrefix)) line.remove_prefix(kPrefix.size());
  return line;
}

std::string hint_for(std::string_view problem) {
  const auto speaks_of = [&](std::string_view word) { return problem.find(word) != std::string_view::npos; };
  if (speaks_of("Unknown option") || speaks_of("setuid"))
    return "install bubblewrap 0.8 or newer, not setuid";
  if (speaks_of("namespace") || speaks_of("uid map") || speaks_of("permitted") || speaks_of("denied"))
    return "allow user namespaces: sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000";
  return {};
}

}  // namespace

SandboxSupport examine_sandbox(const std::string& path) {
  SandboxSupport support{.bubblewrap = find_bubblewrap(path), .version = {}, .problem = {}, .hint = {}};
  if (support.bubblewrap.empty()) {
    support.problem = "the program 'bwrap' is not installed";
    support.hint = kInstall;
    return support;
  }
  if (system_call_filter().empty()) {
    support.problem = "there is no filter of system calls for this processor";
    return support;
  }
  support.version = first_line(run_process({support.bubblewrap, "--version"}).output);
  const ProcessResult tried = try_it(support.bubblewrap);
  if (tried.ok()) return support;
  support.problem = without_prefix(first_line(tried.output));
  if (support.problem.empty())
    support.problem = fmt::format("'bwrap' ends with status {}", tried.exit_status);
  support.hint = hint_for(support.problem);
  return support;
}

const SandboxSupport& sandbox_support(const std::string& path) {
  static const SandboxSupport support = examine_sandbox(path);
  return support;
}

}  // namespace dvx
