#include "core/git/living_git.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "base/beneath.h"
#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/unique_fd.h"

namespace dvx {

namespace {

// nullopt: it is not ours to read. "" when the process is gone.
std::optional<std::string> read_process_file(const std::string& path) {
  const UniqueFd fd(beneath::open(path, O_RDONLY));
  if (!fd) return errno == EACCES || errno == EPERM ? std::nullopt : std::optional<std::string>("");
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && (errno == EACCES || errno == EPERM)) return std::nullopt;
    if (n <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

std::optional<std::string> working_directory(const std::string& process) {
  std::array<char, 4097> target{};
  const ssize_t n = beneath::read_link(join_path(process, "cwd"), target.data(), target.size() - 1);
  if (n >= 0) return std::string(target.data(), static_cast<std::size_t>(n));
  return errno == EACCES || errno == EPERM ? std::nullopt : std::optional<std::string>("");
}

// Unknown is yes.
bool is_about(const std::string& process, const std::vector<std::string>& directories) {
  const auto cwd = working_directory(process);
  if (!cwd) return true;
  if (cwd->empty()) return false;  // gone, or dead and not yet collected
  const auto arguments = read_process_file(join_path(process, "cmdline"));
  const auto environment = read_process_file(join_path(process, "environ"));
  if (!arguments || !environment) return true;
  return std::ranges::any_of(directories, [&](const std::string& directory) {
    return is_beneath(*cwd, directory) || arguments->find(directory) != std::string::npos ||
           environment->find("GIT_DIR=" + directory) != std::string::npos;
  });
}

bool is_number(const std::string& name) {
  return !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

bool is_git_at_work_in(const std::vector<std::string>& directories) {
  std::vector<std::string> names;
  try {
    names = names_in_directory("/proc");
  } catch (const Error&) {
    return true;
  }
  bool sees_itself = false;
  for (const std::string& name : names) {
    if (!is_number(name)) continue;
    sees_itself = true;
    const std::string process = "/proc/" + name;
    const auto command = read_process_file(join_path(process, "comm"));
    if (!command) return true;
    if (command->starts_with("git") && is_about(process, directories)) return true;
  }
  return !sees_itself;  // without /proc nobody is seen
}

// The kernel gives a lease for writing only on a file that nobody else has open. It would tell by a signal
// when somebody opens it meanwhile: by one that is ignored, and the lease is given back at once.
bool is_open_elsewhere(const std::string& path) {
  const UniqueFd fd(beneath::open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) return true;
  if (::fcntl(fd.get(), F_SETSIG, SIGURG) != 0) return true;
  if (::fcntl(fd.get(), F_SETLEASE, F_WRLCK) != 0) return true;
  ::fcntl(fd.get(), F_SETLEASE, F_UNLCK);
  return false;
}

}  // namespace dvx
