#include "core/execution/sandbox/sandbox_arguments.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

namespace fs = std::filesystem;

constexpr const char* kSystem[] = {"/usr",   "/bin",    "/sbin",      "/lib",      "/lib32",
                                   "/lib64", "/libx32", "/nix/store", "/gnu/store"};

// Of /etc what programs and libraries read to work, and nobody's secrets: inside, root's files would be the
// command's own when root runs dvx.
constexpr const char* kEtc[] = {
    "alternatives",
    "bash.bashrc",
    "ca-certificates",
    "ca-certificates.conf",
    "crypto-policies",
    "debian_version",
    "default/locale",
    "fonts",
    "ghostscript",
    "host.conf",
    "ImageMagick-6",
    "ImageMagick-7",
    "java-11-openjdk",
    "java-17-openjdk",
    "java-21-openjdk",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "locale.alias",
    "login.defs",
    "magic",
    "magic.mime",
    "mime.types",
    "octave.conf",
    "OpenCL",
    "openmpi",
    "os-release",
    "papersize",
    "perl",
    "pki/ca-trust",
    "pki/tls/certs",
    "profile",
    "protocols",
    "python3",
    "R",
    "rpc",
    "services",
    "shells",
    "ssl/certs",
    "ssl/openssl.cnf",
    "terminfo",
    "texmf",
    "vulkan",
};

bool is_system(const std::string& path) {
  return std::ranges::any_of(kSystem, [&](const char* system) { return is_beneath(path, system); });
}

class Arguments {
 public:
  Arguments(const SandboxRequest& request, const SandboxMachine& machine, const std::string& place)
      : request_(request), machine_(machine), place_(place), args_(isolation_arguments()) {}

  std::vector<std::string> make() {
    add_system();
    add_settings();
    add_devices();
    add({"--bind", join_path(place_, "tmp"), "/tmp"});
    add({"--dir", "/var", "--symlink", "/tmp", "/var/tmp", "--dir", "/run"});
    add({"--bind", join_path(place_, "home"), kSandboxHome});
    for (const std::string& path : program_directories(machine_, request_.root)) show(path, path);
    add_repository();
    // Whatever is written beside outputs and scratch has no place, and the command is told so.
    add({"--remount-ro", "/", "--chdir", shown(request_.wdir)});
    return std::move(args_);
  }

 private:
  void add(std::initializer_list<std::string> words) { args_.insert(args_.end(), words); }
  void show(const std::string& from, const std::string& at) { add({"--ro-bind", from, at}); }
  std::string shown(const std::string& path) const {
    return path.empty() ? request_.shown_root : join_path(request_.shown_root, path);
  }

  void add_system() {
    for (const char* path : kSystem) {
      const auto status = stat_if_exists(path);
      if (!status) continue;
      if (S_ISLNK(status->st_mode)) {
        add({"--symlink", fs::read_symlink(path).string(), path});
      } else {
        show(path, path);
      }
    }
  }

  void add_settings() {
    add({"--dir", "/etc"});
    for (const char* name : kEtc) {
      const std::string path = join_path("/etc", name);
      std::error_code ignored;
      if (fs::exists(path, ignored)) show(path, path);  // a link that leads nowhere does not count
    }
    for (const char* name : {"group", "hosts", "nsswitch.conf", "passwd"})
      show(join_path(join_path(place_, "etc"), name), join_path("/etc", name));
  }

  void add_devices() {
    // Root's own process, though without capabilities, could write to /proc/sys.
    add({"--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev"});
    if (request_.gpus == Gpus::Hidden) {
      for (const char* path : {"/sys/devices/system/cpu", "/sys/devices/system/node"})
        if (is_directory(path)) show(path, path);
      return;
    }
    if (is_directory("/sys")) show("/sys", "/sys");
    std::error_code ignored;
    std::vector<std::string> devices;
    for (const auto& entry : fs::directory_iterator("/dev", ignored)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("nvidia") || name == "dri" || name == "kfd" || name == "dxg")
        devices.push_back(entry.path().string());
    }
    std::ranges::sort(devices);
    for (const std::string& device : devices) add({"--dev-bind", device, device});
  }

  void add_repository() {
    add({"--bind", join_path(place_, "root"), request_.shown_root});
    for (const std::string& input : outermost(request_.inputs))
      show(join_path(request_.root, input), shown(input));
    for (const SandboxOutput& output : request_.outputs) {
      const std::string path = join_path(request_.root, output.path);
      if (output.persist && is_directory(path)) add({"--bind", path, shown(output.path)});
    }
    for (const std::string& object : request_.objects) show(object, object);
    // Last, so that one in the repository is seen.
    for (const std::string& path : machine_.extra_paths)
      if (exists(path)) show(path, path);
  }

  const SandboxRequest& request_;
  const SandboxMachine& machine_;
  const std::string& place_;
  std::vector<std::string> args_;
};

// Where the interpreter of a virtual environment lives: `home = /opt/python/bin` in its settings.
std::optional<std::string> home_of_environment(const std::string& settings) {
  std::string_view rest = settings;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || !line.starts_with("home")) continue;
    const auto first = line.find_first_not_of(" \t", equals + 1);
    const auto last = line.find_last_not_of(" \t\r");
    if (first != std::string_view::npos) return std::string(line.substr(first, last - first + 1));
  }
  return std::nullopt;
}

class ProgramDirectories {
 public:
  ProgramDirectories(const SandboxMachine& machine, const std::string& root)
      : machine_(machine), root_(root) {}

  std::vector<std::string> find() {
    std::string_view rest = machine_.path;
    while (!rest.empty()) {
      const std::string_view entry = rest.substr(0, rest.find(':'));
      rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
      if (entry.starts_with("/")) look_at(normalize_path(entry));
    }
    return outermost({found_.begin(), found_.end()});
  }

 private:
  // What would show more than programs: data of the repository, or of the user.
  bool may_show(const std::string& path) const {
    return path != "/" && !is_system(path) && !is_beneath(path, root_) && !is_beneath(root_, path) &&
           (machine_.home.empty() || !is_beneath(machine_.home, path)) && is_directory(path);
  }

  bool take(const std::string& path) { return may_show(path) && (found_.insert(path), true); }

  void look_at(const std::string& directory) {
    const std::string around = parent_path(directory);
    const auto settings = read_file_if_exists(join_path(around, "pyvenv.cfg"));
    const bool is_installation = settings || is_directory(join_path(around, "conda-meta")) ||
                                 holds_versions(directory, around) || has_libraries(directory, around);
    if (settings) {
      if (const auto home = home_of_environment(*settings)) look_at(normalize_path(*home));
    }
    if (!is_installation || !take(around)) take(directory);
  }

  // pyenv and its kin: small scripts that start what is elsewhere.
  static bool holds_versions(const std::string& directory, const std::string& around) {
    return file_name(directory) == "shims" &&
           (is_directory(join_path(around, "versions")) || is_directory(join_path(around, "installs")));
  }

  // ~/.local holds much besides programs.
  bool has_libraries(const std::string& directory, const std::string& around) const {
    return file_name(directory) == "bin" && around != join_path(machine_.home, ".local") &&
           is_directory(join_path(around, "lib"));
  }

  const SandboxMachine& machine_;
  const std::string& root_;
  std::set<std::string> found_;
};

}  // namespace

std::vector<std::string> isolation_arguments() {
  return {"--unshare-all", "--unshare-user", "--disable-userns",  "--uid",     kSandboxId,
          "--gid",         kSandboxId,       "--hostname",        "sandbox",   "--cap-drop",
          "ALL",           "--new-session",  "--die-with-parent", "--as-pid-1"};
}

std::vector<std::string> outermost(std::vector<std::string> paths) {
  const std::set<std::string> all(paths.begin(), paths.end());
  const auto is_inside = [&](const std::string& path) {
    for (auto slash = path.rfind('/'); slash != std::string::npos && slash > 0;
         slash = path.rfind('/', slash - 1)) {
      if (all.contains(path.substr(0, slash))) return true;
    }
    return false;
  };
  std::erase_if(paths, is_inside);
  std::ranges::sort(paths);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

std::vector<std::string> program_directories(const SandboxMachine& machine, const std::string& root) {
  return ProgramDirectories(machine, root).find();
}

std::vector<std::string> sandbox_arguments(const SandboxRequest& request, const SandboxMachine& machine,
                                           const std::string& place) {
  return Arguments(request, machine, place).make();
}

}  // namespace dvx
