#include "hooks/hook_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <optional>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/subprocess.h"

namespace dvx {

namespace {

constexpr const char* kHookNames[] = {"pre-commit"};
constexpr std::string_view kMarker = "# Written by 'dvx hooks install'";
constexpr std::string_view kKeptSuffix = ".before-dvx";

std::string script_of(const std::string& name, const std::string& executable) {
  return fmt::format(
      "#!/bin/sh\n"
      "{marker}; 'dvx hooks uninstall' takes it away and puts back what was here before.\n"
      "before=\"$0{suffix}\"\n"
      "if [ -x \"$before\" ]; then\n"
      "  \"$before\" \"$@\" || exit $?\n"
      "fi\n"
      "dvx={executable}\n"
      "[ -x \"$dvx\" ] || dvx=$(command -v dvx) || {{\n"
      "  echo \"error: the {name} hook cannot find dvx\" >&2\n"
      "  echo \"hint: install dvx, or remove the hook: rm '$0'\" >&2\n"
      "  exit 1\n"
      "}}\n"
      "exec \"$dvx\" hook run {name} \"$@\"\n",
      fmt::arg("marker", kMarker), fmt::arg("suffix", kKeptSuffix),
      fmt::arg("executable", shell_quote(executable)), fmt::arg("name", name));
}

std::string kept_file(const std::string& file) {
  return file + std::string(kKeptSuffix);
}

HookStatus status_of(const GitRepository& git, const std::string& name, const std::string& executable) {
  HookStatus status{.name = name, .file = join_path(git.hooks_dir(), name)};
  status.chained = exists(kept_file(status.file));
  const auto text = read_file_if_exists(status.file);
  if (!text) {
    // The file may exist although it cannot be read: a dangling link, which belongs to somebody else.
    status.state = exists(status.file) ? HookState::Foreign : HookState::Absent;
  } else if (text->find(kMarker) == std::string::npos) {
    status.state = HookState::Foreign;
  } else {
    status.state = *text == script_of(name, executable) ? HookState::Installed : HookState::Outdated;
  }
  return status;
}

void rename_file(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) throw system_error("rename", from);
}

void install(const HookStatus& status, const std::string& executable) {
  if (status.state == HookState::Foreign) {
    if (status.chained) {
      throw Error(ErrorKind::Blocked,
                  fmt::format("a foreign hook '{}' stands in the way, and '{}' is kept from before already",
                              display_path(status.file), display_path(kept_file(status.file))),
                  fmt::format("rm {}", paste_quote(kept_file(status.file))), status.file);
    }
    rename_file(status.file, kept_file(status.file));
  }
  write_file_atomically(status.file, script_of(status.name, executable), 0777);
}

void uninstall(const HookStatus& status) {
  if (status.state != HookState::Installed && status.state != HookState::Outdated) return;
  if (status.chained) {
    rename_file(kept_file(status.file), status.file);
  } else if (::unlink(status.file.c_str()) != 0) {
    throw system_error("remove", status.file);
  }
}

}  // namespace

std::string_view hook_state_name(HookState state) {
  switch (state) {
    case HookState::Absent:
      return "not installed";
    case HookState::Foreign:
      return "not installed";
    case HookState::Installed:
      return "installed";
    case HookState::Outdated:
      return "outdated";
  }
  return "";
}

std::vector<HookStatus> hook_status(const GitRepository& git, const std::string& executable) {
  std::vector<HookStatus> statuses;
  for (const char* name : kHookNames) statuses.push_back(status_of(git, name, executable));
  return statuses;
}

std::vector<HookStatus> install_hooks(const GitRepository& git, const std::string& executable) {
  make_directories(git.hooks_dir());
  for (const HookStatus& status : hook_status(git, executable)) install(status, executable);
  return hook_status(git, executable);
}

std::vector<HookStatus> uninstall_hooks(const GitRepository& git, const std::string& executable) {
  for (const HookStatus& status : hook_status(git, executable)) uninstall(status);
  return hook_status(git, executable);
}

}  // namespace dvx
