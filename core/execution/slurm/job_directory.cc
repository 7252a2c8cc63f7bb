#include "core/execution/slurm/job_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/execution/slurm/job_json.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

constexpr const char* kDescription = "job.json";
constexpr const char* kSubmitted = "submitted.json";
constexpr const char* kClaim = "claim.json";
constexpr const char* kResult = "result.json";
constexpr const char* kTasks = "tasks.json";
constexpr const char* kCancelled = "cancelled";
constexpr const char* kRecorded = "recorded";
constexpr const char* kWatch = "watch";
constexpr std::string_view kUnfinished = ".new-";

std::string place_of(const Repository& repository) {
  return join_path(repository.dvx_dir(), "jobs");
}

// Names of stages may hold slashes and be longer than a file's.
std::string directory_of(const Repository& repository, const std::string& stage) {
  return join_path(place_of(repository), ObjectId::of(stage).to_hex().substr(0, 32));
}

std::vector<std::string> names_in(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(beneath::open_directory(directory), ::closedir);
  std::vector<std::string> names;
  if (!open) return names;
  while (const dirent* entry = ::readdir(open.get())) names.emplace_back(entry->d_name);
  return names;
}

std::string claim_text(const JobClaim& claim) {
  return canonical_json(Json{{"dvx_job", 1},
                             {"slurm_job", claim.slurm_job},
                             {"node", claim.node},
                             {"started", claim.started_ns}}) +
         "\n";
}

}  // namespace

void refresh_directory(const std::string& path) {
  if (DIR* open = beneath::open_directory(path)) ::closedir(open);
}

JobDirectory::JobDirectory(Repository& repository, const std::string& stage)
    : repository_(&repository), path_(directory_of(repository, stage)) {}

JobDirectory JobDirectory::at(Repository& repository, std::string path) {
  JobDirectory directory(repository);
  directory.path_ = std::move(path);
  return directory;
}

bool JobDirectory::are_there(Repository& repository) {
  return is_directory(place_of(repository));
}

std::vector<JobDirectory> JobDirectory::all(Repository& repository) {
  std::vector<std::pair<std::string, JobDirectory>> found;
  for (const std::string& name : names_in(place_of(repository))) {
    const std::string path = join_path(place_of(repository), name);
    if (name.starts_with('.') || !is_directory(path)) continue;
    JobDirectory job = at(repository, path);
    try {
      if (auto description = job.description()) found.emplace_back(description->id, std::move(job));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::Corruption) throw;
    }
  }
  std::ranges::sort(found, {}, [](const auto& pair) { return pair.first; });
  std::vector<JobDirectory> jobs;
  for (auto& [id, job] : found) jobs.push_back(std::move(job));
  return jobs;
}

// Complete before it has its name, and a name that is taken cannot be renamed onto.
std::optional<JobDirectory> JobDirectory::make(Repository& repository, const JobDescription& job) {
  make_directories(place_of(repository));
  JobDirectory fresh = at(repository, join_path(place_of(repository), std::string(kUnfinished) + job.id));
  make_directories(fresh.path_);
  fresh.watch();
  write_file_atomically(fresh.file(kDescription), serialize_job(job));
  const std::string path = directory_of(repository, job.stage.name);
  if (beneath::rename(fresh.path_, path) != 0) {
    const int errnum = errno;
    remove_tree(fresh.path_);
    if (errnum == ENOTEMPTY || errnum == EEXIST) return std::nullopt;
    throw system_error("make", path, errnum);
  }
  fsync_directory(place_of(repository));
  fresh.path_ = path;
  return fresh;
}

std::string JobDirectory::file(const char* name) const {
  return join_path(path_, name);
}

std::string JobDirectory::log_file() const {
  return file("log");
}

std::string JobDirectory::output_file() const {
  return file("slurm.out");
}

bool JobDirectory::exists() const {
  return dvx::exists(file(kDescription));
}

std::optional<JobDescription> JobDirectory::description() const {
  const auto text = read_file_if_exists(file(kDescription));
  if (!text) return std::nullopt;
  return parse_job(*text, file(kDescription));
}

std::optional<JobResult> JobDirectory::result(const std::string& id) const {
  const auto text = read_file_if_exists(file(kResult));
  if (!text) return std::nullopt;
  auto result = parse_job_result(*text, file(kResult));
  if (result.id != id) return std::nullopt;
  return result;
}

std::optional<JobClaim> JobDirectory::claim() const {
  const auto text = read_file_if_exists(file(kClaim));
  if (!text) return std::nullopt;
  try {
    const Json json = parse_job_json(*text, file(kClaim));
    return JobClaim{json.at("slurm_job").get<std::string>(), json.at("node").get<std::string>(),
                    json.at("started").get<std::int64_t>()};
  } catch (const Json::exception& error) {
    fail_with_damaged_job(file(kClaim), error.what());
  }
}

// The job itself knows best; who submitted it may have died before it could note the answer.
std::string JobDirectory::slurm_job() const {
  if (const auto claimed = claim()) return claimed->slurm_job;
  const auto text = read_file_if_exists(file(kSubmitted));
  if (!text) return {};
  return parse_job_json(*text, file(kSubmitted)).value("slurm_job", "");
}

bool JobDirectory::is_cancelled() const {
  return dvx::exists(file(kCancelled));
}

bool JobDirectory::is_recorded() const {
  return dvx::exists(file(kRecorded));
}

void JobDirectory::note_slurm_job(const std::string& id) const {
  write_file_atomically(file(kSubmitted), canonical_json(Json{{"dvx_job", 1}, {"slurm_job", id}}) + "\n");
}

void JobDirectory::note_cancelled() const {
  write_file_atomically(file(kCancelled), "");
}

void JobDirectory::note_recorded() const {
  write_file_atomically(file(kRecorded), "");
}

// By link(2), which is all or nothing on file servers too, and cannot replace. The elements of an array have
// one id and claim at once: what is linked is each one's own.
bool JobDirectory::claim_for(const JobClaim& claim) const {
  const std::string mine = fmt::format("{}.{}", file(kClaim), new_submission_id(*repository_));
  write_file_atomically(mine, claim_text(claim));
  const bool is_first = beneath::link(mine, file(kClaim)) == 0;
  const int errnum = errno;
  beneath::remove_file(mine);
  if (is_first) return true;
  if (errnum != EEXIST) throw system_error("write", file(kClaim), errnum);
  const auto other = this->claim();
  if (!other || other->slurm_job != claim.slurm_job) return false;
  write_file_atomically(file(kClaim), claim_text(claim));
  beneath::remove_file(file(kResult));  // of the start before
  return true;
}

void JobDirectory::write_result(const JobResult& result, const std::vector<std::string>& trees) const {
  if (!trees.empty()) make_directories(file("trees"));
  for (const std::string& tree : trees)
    write_file_atomically(join_path(file("trees"), ObjectId::of(tree).to_hex()), tree);
  write_file_atomically(file(kResult), serialize_job_result(result));
}

std::vector<std::string> JobDirectory::trees(const JobResult& result) const {
  std::vector<std::string> trees;
  for (const ObjectId& id : result.trees) {
    trees.push_back(read_file(join_path(file("trees"), id.to_hex())));
    if (ObjectId::of(trees.back()) != id) fail_with_damaged_job(path_, "a tree is not what its name says");
  }
  return trees;
}

std::string JobDirectory::scratch() const {
  return file("tasks/task");
}

void JobDirectory::write_tasks(const JobTasks& tasks) const {
  make_directories(file("tasks"));
  write_file_atomically(file(kTasks), serialize_tasks(tasks));
}

bool JobDirectory::has_tasks() const {
  return dvx::exists(file(kTasks));
}

std::optional<JobTasks> JobDirectory::tasks() const {
  const auto text = read_file_if_exists(file(kTasks));
  if (!text) return std::nullopt;
  return parse_tasks(*text, file(kTasks));
}

std::string JobDirectory::task_log_file(std::size_t task) const {
  return fmt::format("{}-{}.log", scratch(), task);
}

void JobDirectory::write_task_end(const std::string& id, std::size_t task, const EndedTask& end) const {
  write_file_atomically(file(fmt::format("tasks/{}.json", task).c_str()), serialize_task_end(id, end));
}

std::optional<EndedTask> JobDirectory::task_end(const std::string& id, std::size_t task) const {
  const std::string path = file(fmt::format("tasks/{}.json", task).c_str());
  const auto text = read_file_if_exists(path);
  if (!text) return std::nullopt;
  return parse_task_end(*text, id, path);
}

std::size_t JobDirectory::ended_tasks() const {
  const auto names = names_in(file("tasks"));
  return static_cast<std::size_t>(
      std::ranges::count_if(names, [](const std::string& name) { return name.ends_with(".json"); }));
}

bool JobDirectory::watch() {
  if (watched_) return true;
  if (!is_directory(path_)) return false;
  watched_ = FileLock::try_acquire(file(kWatch), LockMode::Exclusive);
  return watched_.has_value();
}

// It loses its name first, all at once: what is removed by and by is never taken for a job.
void JobDirectory::remove() {
  const std::string out_of_the_way =
      join_path(repository_->temporary_dir(), fmt::format("job-{}", new_submission_id(*repository_)));
  if (beneath::rename(path_, out_of_the_way) != 0) {
    if (errno == ENOENT) return;
    throw system_error("remove", path_);
  }
  watched_.reset();
  remove_tree(out_of_the_way);
  beneath::remove_directory(parent_path(path_));  // of the last one
}

std::string new_submission_id(Repository& repository) {
  std::uint32_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number) throw system_error("read", "random bytes");
  const std::int64_t now_ns = repository.clock().now_ns();
  const std::time_t now = static_cast<std::time_t>(now_ns / 1'000'000'000);
  struct tm utc {};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%S", &utc);
  return fmt::format("{}.{:03}-{:08x}", text.data(), now_ns / 1'000'000 % 1000, number);
}

}  // namespace dvx
