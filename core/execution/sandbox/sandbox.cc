#include "core/execution/sandbox/sandbox.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/path.h"
#include "core/execution/sandbox/moved_output.h"
#include "core/execution/sandbox/sandbox_arguments.h"
#include "core/execution/sandbox/system_call_filter.h"

namespace dvx {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostArguments = 8500;  // bubblewrap takes 9000
constexpr std::size_t kMostLeft = 3;

// Descriptors cannot be handed down by run_process(), so a shell opens them.
constexpr const char* kOpenAndStart = R"(exec 7>"$0/status" 8<"$0/arguments" 9<"$0/filter"; exec "$@")";

// Process 1 of the sandbox: the kernel spares it most signals, and its children's processor time is counted.
constexpr const char* kFirstProcess = R"("$@"; exit $?)";

void write_plainly(const std::string& path, std::string_view text) {
  write_file_atomically(path, text, 0644, Durability::Relaxed);
}

bool is_link(const std::string& path) {
  const auto status = stat_if_exists(path);
  return status && S_ISLNK(status->st_mode);
}

}  // namespace

Sandbox::Sandbox(SandboxRequest request, SandboxMachine machine, const std::string& temporary_directory)
    : request_(std::move(request)), machine_(std::move(machine)), place_(temporary_directory, "sandbox") {
  lay_out();
  bring_persisting();
  write_settings();
}

std::string Sandbox::staged(const std::string& path) const {
  const std::string root = join_path(place_.path(), "root");
  return path.empty() ? root : join_path(root, path);
}

void Sandbox::lay_out() {
  for (const char* name : {"root", "tmp", "home", "etc"}) make_directories(join_path(place_.path(), name));
  make_directories(staged(request_.wdir));
  for (const SandboxOutput& output : request_.outputs) make_directories(parent_path(staged(output.path)));
}

// A file may be replaced by another one of its name, which no mount allows: the command gets a copy. (A
// directory is shown itself.)
void Sandbox::bring_persisting() {
  for (const SandboxOutput& output : request_.outputs) {
    const std::string path = join_path(request_.root, output.path);
    if (!output.persist || !exists(path) || is_directory(path)) continue;
    std::error_code failure;
    fs::copy_file(path, staged(output.path), failure);
    if (failure) throw system_error("copy", output.path, failure.value());
  }
}

void Sandbox::write_settings() const {
  const std::vector<std::string> arguments = sandbox_arguments(request_, machine_, place_.path());
  if (arguments.size() > kMostArguments) {
    throw Error(ErrorKind::Config,
                fmt::format("it reads {} files and directories, and a sandbox shows fewer than 2900",
                            request_.inputs.size() + request_.objects.size()),
                "name directories instead of the files in them");
  }
  std::string text;
  for (const std::string& argument : arguments) text += argument + '\0';
  write_plainly(join_path(place_.path(), "arguments"), text);
  write_plainly(join_path(place_.path(), "filter"), system_call_filter());
  const std::string etc = join_path(place_.path(), "etc");
  write_plainly(join_path(etc, "passwd"),
                fmt::format("{0}:x:{1}:{1}::{2}:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n", kSandboxUser,
                            kSandboxId, kSandboxHome));
  write_plainly(join_path(etc, "group"),
                fmt::format("{}:x:{}:\nnogroup:x:65534:\n", kSandboxUser, kSandboxId));
  write_plainly(join_path(etc, "hosts"), "127.0.0.1 localhost sandbox\n::1 localhost\n");
  write_plainly(join_path(etc, "nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files\n");
}

std::vector<std::string> Sandbox::launcher() const {
  return {"/bin/sh", "-c", kOpenAndStart, place_.path(), machine_.bubblewrap,
          "--args",  "8",  "--seccomp",   "9",           "--json-status-fd",
          "7",       "--", "/bin/sh",     "-c",          kFirstProcess,
          "sh"};
}

bool Sandbox::tell(int signal) const {
  const auto status = read_file_if_exists(join_path(place_.path(), "status"));
  constexpr std::string_view kField = "\"child-pid\": ";
  const auto at = status ? status->find(kField) : std::string::npos;
  if (at == std::string::npos) return false;
  pid_t pid = 0;
  std::from_chars(status->data() + at + kField.size(), status->data() + status->size(), pid);
  // It leads a process group of its own.
  return pid > 1 && (::kill(-pid, signal) == 0 || ::kill(pid, signal) == 0);
}

bool Sandbox::was_entered() const {
  const auto status = read_file_if_exists(join_path(place_.path(), "status"));
  return status && status->find("\"exit-code\"") != std::string::npos;
}

// Nothing that the command made is followed: a link in place of a directory, or of an output, could lead
// anywhere.
std::string Sandbox::why_not(const SandboxOutput& output) const {
  for (std::string above = parent_path(output.path); !above.empty(); above = parent_path(above)) {
    if (is_link(staged(above)))
      return fmt::format("'{}' became a symlink, so output '{}' cannot be taken from it", display_path(above),
                         display_path(output.path));
  }
  if (is_link(staged(output.path)))
    return fmt::format(
        "its output '{}' is a symlink, and what that leads to is not seen outside of the sandbox",
        display_path(output.path));
  return {};
}

SandboxYield Sandbox::take_outputs(Take what) {
  SandboxYield yield;
  std::vector<const SandboxOutput*> made;
  for (const SandboxOutput& output : request_.outputs) {
    const std::string place = join_path(request_.root, output.path);
    if (output.persist && is_directory(place)) continue;  // it was shown itself
    if (what == Take::Persisting && !output.persist) continue;
    if (std::string wrong = why_not(output); !wrong.empty()) {
      yield.wrong = std::move(wrong);
      return yield;
    }
    if (exists(staged(output.path))) {
      made.push_back(&output);
    } else if (what == Take::Everything) {
      yield.missing = output.path;
      return yield;
    }
  }
  if (what == Take::Everything) find_left(yield);
  for (const SandboxOutput* output : made)
    move_output(staged(output->path), join_path(request_.root, output->path));
  return yield;
}

// Mount points stay behind as empty files and directories.
void Sandbox::find_left(SandboxYield& yield) const {
  std::set<std::string> known(request_.inputs.begin(), request_.inputs.end());
  for (const SandboxOutput& output : request_.outputs) known.insert(output.path);
  std::error_code ignored;
  for (auto it = fs::recursive_directory_iterator(staged(""), ignored);
       it != fs::recursive_directory_iterator(); it.increment(ignored)) {
    const std::string path = *path_beneath(it->path().string(), staged(""));
    const bool is_directory = it->is_directory(ignored) && !it->is_symlink(ignored);
    // Beneath .dvx there can be objects that links lead to.
    if (known.contains(path) || path == ".dvx") {
      if (is_directory) it.disable_recursion_pending();
    } else if (!is_directory) {
      ++yield.left_count;
      yield.left.push_back(path);
    }
  }
  std::ranges::sort(yield.left);
  if (yield.left.size() > kMostLeft) yield.left.resize(kMostLeft);
}

std::map<std::string, std::string> sandbox_environment() {
  return {{"HOME", kSandboxHome}, {"LOGNAME", kSandboxUser}, {"TMPDIR", "/tmp"}, {"USER", kSandboxUser}};
}

}  // namespace dvx
