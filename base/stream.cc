#include "base/stream.h"

#include <algorithm>
#include <cstring>

#include "base/file.h"

namespace dvx {

std::size_t StringSource::read(std::span<std::byte> out) {
  const std::size_t n = std::min(out.size(), rest_.size());
  if (n > 0) std::memcpy(out.data(), rest_.data(), n);
  rest_.remove_prefix(n);
  return n;
}

bool StringSource::rewind() {
  rest_ = all_;
  return true;
}

void StringSink::write(std::span<const std::byte> bytes) {
  bytes_ += as_text(bytes);
}

std::size_t FdSource::read(std::span<std::byte> out) {
  return read_up_to(fd_, out, path_);
}

void FdSink::write(std::span<const std::byte> bytes) {
  write_all(fd_, as_text(bytes), path_);
}

}  // namespace dvx
