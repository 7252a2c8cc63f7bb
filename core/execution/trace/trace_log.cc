#include "core/execution/trace/trace_log.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "core/execution/trace/preload_image.h"

namespace dvx {

namespace {

constexpr std::uint64_t kRoom = kTraceLogSize - sizeof(TraceLogHeader);
constexpr std::uint32_t kKindBits = 0xff;

// By /proc, so that nothing is left behind when we are killed.
std::string path_for_others(const UniqueFd& fd) {
  return fmt::format("/proc/{}/fd/{}", ::getpid(), fd.get());
}

// Some systems let nothing be executed that has no name.
bool is_executable(const UniqueFd& image) {
  void* const mapped = ::mmap(nullptr, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, image.get(), 0);
  if (mapped == MAP_FAILED) return false;
  ::munmap(mapped, 1);
  return true;
}

}  // namespace

TraceLog::TraceLog() {
  if (make_log() && make_library()) library_ = path_for_others(image_);
}

TraceLog::~TraceLog() {
  if (header_ != nullptr) ::munmap(header_, kTraceLogSize);
}

bool TraceLog::make_log() {
  log_ = UniqueFd(::memfd_create("dvx-trace", MFD_CLOEXEC));
  if (!log_ || ::ftruncate(log_.get(), static_cast<off_t>(kTraceLogSize)) != 0) return false;
  void* const mapped =
      ::mmap(nullptr, kTraceLogSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, log_.get(), 0);
  if (mapped == MAP_FAILED) return false;
  header_ = static_cast<TraceLogHeader*>(mapped);
  return true;
}

bool TraceLog::make_library() {
  std::string image(preload_image());
  const std::size_t place = image.find(std::string_view(kTraceLogPlace));
  const std::string path = path_for_others(log_);
  if (place == std::string::npos || path.size() >= sizeof kTraceLogPlace) return false;
  image.replace(place, path.size() + 1, path.c_str(), path.size() + 1);
  image_ = UniqueFd(::memfd_create("dvx-trace.so", MFD_CLOEXEC));
  if (!image_) return false;
  write_all(image_.get(), image, "a file in memory");
  return is_executable(image_);
}

std::uint64_t TraceLog::used() const {
  return header_ == nullptr ? 0 : std::min(__atomic_load_n(&header_->used, __ATOMIC_RELAXED), kRoom);
}

std::uint64_t TraceLog::lost() const {
  return header_ == nullptr ? 0 : __atomic_load_n(&header_->lost, __ATOMIC_RELAXED);
}

void TraceLog::say_moved() {
  if (header_ != nullptr) __atomic_store_n(&header_->moved, 1, __ATOMIC_RELEASE);
}

bool TraceLog::step(const Visit& visit) {
  const char* at = reinterpret_cast<const char*>(header_ + 1) + read_;
  const auto* record = reinterpret_cast<const TraceRecord*>(at);
  const std::uint32_t mark = __atomic_load_n(&record->mark, __ATOMIC_ACQUIRE);
  if ((mark & ~kKindBits) != kTraceRecordMark) return false;
  if (read_ + trace_record_size(record->length) > kRoom) return false;
  visit(static_cast<TraceRecordKind>(mark & kKindBits),
        std::string_view(at + sizeof(TraceRecord), record->length));
  read_ += trace_record_size(record->length);
  return true;
}

void TraceLog::read_new(const Visit& visit) {
  while (read_ < used() && step(visit)) {
  }
}

void TraceLog::read_rest(const Visit& visit) {
  while (read_ < used()) {
    if (!step(visit)) read_ += trace_record_size(0);
  }
}

}  // namespace dvx
