#include "base/sparse_sink.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/file.h"

namespace dvx {

namespace {

bool all_zero(std::span<const std::byte> bytes) {
  return bytes.front() == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

}  // namespace

void SparseSink::write(std::span<const std::byte> bytes) {
  std::size_t kept = 0;  // bytes at the front that must be written
  while (kept < bytes.size()) {
    const std::size_t to_block_end = kBlock - (size_ + kept) % kBlock;
    const auto piece = bytes.subspan(kept, std::min(bytes.size() - kept, to_block_end));
    if (!all_zero(piece)) {
      kept += piece.size();
      continue;
    }
    put(bytes.first(kept));
    if (::lseek(fd_, static_cast<off_t>(piece.size()), SEEK_CUR) < 0) throw system_error("write", path_);
    size_ += piece.size();
    ends_in_hole_ = true;
    bytes = bytes.subspan(kept + piece.size());
    kept = 0;
  }
  put(bytes);
}

void SparseSink::put(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  write_all(fd_, as_text(bytes), path_);
  size_ += bytes.size();
  ends_in_hole_ = false;
}

void SparseSink::finish() {
  if (ends_in_hole_ && ::ftruncate(fd_, static_cast<off_t>(size_)) != 0) throw system_error("write", path_);
}

}  // namespace dvx
