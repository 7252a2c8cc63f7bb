#include "core/commands/doctor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <map>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sharing.h"
#include "base/subprocess.h"
#include "core/execution/sandbox/sandbox_support.h"
#include "core/git/git_version.h"
#include "core/index/sqlite_version.h"
#include "core/repo/file_systems.h"
#include "core/repo/link_kind.h"
#include "core/repo/store_sharing.h"
#include "core/schema/duckdb_library.h"
#include "core/share/remote_place.h"
#include "objects/backend/open_backend.h"
#include "objects/pack/codec_version.h"
#include "objects/store/store_access.h"

namespace dvx {

namespace {

HealthCheck check_program(const std::string& name, const std::vector<std::string>& argv, Health when_absent,
                          const std::string& hint) {
  try {
    const ProcessResult result = run_process(argv);
    if (result.ok()) return {name, Health::Good, result.output.substr(0, result.output.find('\n')), ""};
    return {name, when_absent, fmt::format("'{}' fails with status {}", argv[0], result.exit_status), hint};
  } catch (const Error& error) {
    return {name, when_absent, error.message(), hint};
  }
}

HealthCheck check_libraries() {
  return {"libraries", Health::Good,
          fmt::format("libgit2 {}, SQLite {}, zstd {}, OpenSSL {}", libgit2_version(), sqlite_version(),
                      zstd_version(), openssl_version()),
          ""};
}

// Without it everything but schemas works.
HealthCheck check_duckdb(const Surroundings& surroundings, const Config& config) {
  try {
    const DuckDbLocation location = find_duckdb(surroundings, config);
    const char* version = load_duckdb(location).library_version();
    return {"duckdb", Health::Good, fmt::format("{} ({})", version, location.path), ""};
  } catch (const Error& error) {
    return {"duckdb", Health::Warning, error.message(), error.hint()};
  }
}

// Without it everything but sandboxed stages works.
HealthCheck check_sandbox(const Surroundings& surroundings) {
  const auto path = surroundings.environment.find("PATH");
  const SandboxSupport support = examine_sandbox(path == surroundings.environment.end() ? "" : path->second);
  if (support.holds())
    return {"sandbox", Health::Good, fmt::format("{} ({})", support.version, support.bubblewrap), ""};
  return {"sandbox", Health::Warning, "none can be made: " + support.problem, support.hint};
}

// `examine` gives the finding, and throws Error for a bad one.
template <typename Examine>
HealthCheck check(const std::string& name, Examine examine) {
  try {
    return {name, Health::Good, examine(), ""};
  } catch (const Error& error) {
    return {name, Health::Bad, error.message(), error.hint()};
  }
}

std::string examine_store(Repository& repository) {
  require_writable(repository.store().directory(), repository.store().directory());
  const TemporaryDirectory scratch(repository.store().directory(), "doctor");
  write_file_atomically(join_path(scratch.path(), "probe"), "probe");
  return fmt::format("writable ({})", repository.store().directory());
}

// A repository on a read-only file system was put there to be looked at.
HealthCheck check_store(Repository& repository) {
  const std::string directory = repository.store_dir();
  if (::access(repository.dvx_dir().c_str(), W_OK) != 0 && errno == EROFS) {
    return {"store", Health::Warning,
            fmt::format("on a read-only file system: dvx can look, and change nothing ({})", directory), ""};
  }
  return check("store", [&] { return examine_store(repository); });
}

// A store for several users is one in every part of it: what somebody made before, or brought here with
// another tool, may shut the others out.
HealthCheck check_sharing(Repository& repository) {
  const std::string store = repository.store_dir();
  const SharedWith asked = store_sharing(repository.config()), is = shared_with(store);
  if (asked == SharedWith::Nobody && is == SharedWith::Nobody)
    return {"sharing", Health::Good, "the store is this user's own", ""};
  if (asked != SharedWith::Nobody && is != asked && exists(store)) {
    return {"sharing", Health::Bad,
            fmt::format("core.shared is set, but '{}' is not shared like that", store),
            sharing_commands(store, asked)};
  }
  const SharingFaults faults = find_sharing_faults(store);
  if (faults.count > 0) {
    return {"sharing", Health::Bad,
            fmt::format("the group cannot use {} of {} files and directories of the store, among them '{}'",
                        faults.count, faults.seen, faults.first),
            sharing_commands(store, is)};
  }
  return {"sharing", Health::Good, is == SharedWith::All ? "with the group, others read" : "with the group",
          ""};
}

// The settings that .dvx/config may not make by itself, since their values came with the repository.
HealthCheck check_settings(Repository& repository) {
  std::string keys;
  for (const auto& [key, value] : repository.config().withheld())
    keys += fmt::format("{}{}", keys.empty() ? "" : ", ", key);
  if (keys.empty()) return {"settings", Health::Good, "all that .dvx/config says is in force", ""};
  return {"settings", Health::Warning,
          fmt::format("not in force, as .dvx/config came with the repository: {}", keys), "dvx trust"};
}

HealthCheck check_file_systems(Repository& repository) {
  const FileSystems on = file_systems_of(repository);
  if (auto note = network_note(on)) return {"file system", Health::Warning, std::move(*note), ""};
  return {"file system", Health::Good,
          fmt::format("workspace on {}, store on {}", on.workspace.name, on.store.name), ""};
}

HealthCheck check_remote(Repository& repository, const std::string& name) {
  const std::string url = repository.config().get_or("remote." + name + ".url", "");
  const std::string check_name = "remote " + name;
  try {
    const auto backend = open_backend(place_of_remote(repository, url), repository.root());
    const bool begun = backend->stat("dvx-remote.json").has_value();
    return {check_name, Health::Good, fmt::format("{} ({})", begun ? "reachable" : "nothing pushed yet", url),
            ""};
  } catch (const Error& error) {
    return {check_name, Health::Warning, fmt::format("{} ({})", error.message(), url), error.hint()};
  }
}

DoctorReport examine(const Surroundings& surroundings, const Config& config) {
  DoctorReport report;
  report.checks.push_back(check_program("git", {"git", "--version"}, Health::Bad, "apt-get install git"));
  report.checks.push_back(check_libraries());
  report.checks.push_back(check_duckdb(surroundings, config));
  report.checks.push_back(check_sandbox(surroundings));
  return report;
}

}  // namespace

DoctorReport examine_machine(const Surroundings& surroundings) {
  return examine(surroundings, Config({{ConfigScope::User, surroundings.user_config}}));
}

DoctorReport doctor(Repository& repository, Progress&) {
  DoctorReport report = examine(repository.surroundings(), repository.config());
  report.checks.push_back(check_settings(repository));
  report.checks.push_back(check_store(repository));
  report.checks.push_back(check_sharing(repository));
  report.checks.push_back(check_file_systems(repository));
  report.checks.push_back(check("link", [&] { return std::string(link_name(repository.link())); }));
  for (const std::string& name : repository.config().remotes()) {
    report.checks.push_back(check_remote(repository, name));
  }
  return report;
}

}  // namespace dvx
