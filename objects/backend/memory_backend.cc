#include "objects/backend/memory_backend.h"

#include <vector>

#include "objects/backend/backend_errors.h"

namespace dvx {

namespace {
std::string take_all(const std::string& name, Source& source, std::uint64_t size) {
  std::string bytes;
  std::vector<std::byte> buffer(64 * 1024);
  for (std::size_t n = source.read(buffer); n > 0; n = source.read(buffer)) {
    bytes += as_text(std::span(buffer).first(n));
    if (bytes.size() > size) break;
  }
  if (bytes.size() != size) throw wrong_source_size(name, size);
  return bytes;
}
}  // namespace

std::optional<BackendEntry> MemoryBackend::stat(const std::string& name) {
  check_backend_name(name);
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(name);
  if (found == files_.end()) return std::nullopt;
  return BackendEntry{name, found->second.size()};
}

void MemoryBackend::read(const std::string& name, std::uint64_t offset, std::optional<std::uint64_t> length,
                         Sink& sink) {
  check_backend_name(name);
  std::string piece;
  {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(name);
    if (found == files_.end()) throw absent_name(url(), name);
    const std::string& bytes = found->second;
    if (offset > bytes.size() || length.value_or(0) > bytes.size() - offset)
      throw range_past_end(url(), name);
    piece = bytes.substr(offset, length.value_or(bytes.size() - offset));
  }
  if (!piece.empty()) sink.write(as_bytes(piece));
}

void MemoryBackend::write(const std::string& name, Source& source, std::uint64_t size) {
  check_backend_name(name);
  std::string bytes = take_all(name, source, size);
  const std::lock_guard lock(mutex_);
  files_[name] = std::move(bytes);
}

WriteResult MemoryBackend::write_if_absent(const std::string& name, Source& source, std::uint64_t size) {
  if (stat(name)) return WriteResult::Existed;
  std::string bytes = take_all(name, source, size);
  const std::lock_guard lock(mutex_);
  return files_.emplace(name, std::move(bytes)).second ? WriteResult::Written : WriteResult::Existed;
}

void MemoryBackend::list(const std::string& prefix, const std::function<void(const BackendEntry&)>& visit) {
  std::vector<BackendEntry> found;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = files_.lower_bound(prefix); it != files_.end() && it->first.starts_with(prefix); ++it) {
      found.push_back({it->first, it->second.size()});
    }
  }
  for (const BackendEntry& entry : found) visit(entry);
}

void MemoryBackend::remove(const std::string& name) {
  check_backend_name(name);
  const std::lock_guard lock(mutex_);
  files_.erase(name);
}

}  // namespace dvx
