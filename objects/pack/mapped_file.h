// A range of a file that is mapped for reading. While it is mapped, the descriptor may be closed and the file
// may be removed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace dvx {

class MappedFile {
 public:
  MappedFile() = default;
  // Maps [offset, offset + length) of the file, which must be at least that long.
  MappedFile(int fd, std::uint64_t offset, std::size_t length, const std::string& path_for_errors);
  MappedFile(MappedFile&& other) noexcept
      : base_(std::exchange(other.base_, nullptr)),
        mapped_(std::exchange(other.mapped_, 0)),
        bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(base_, other.base_);
    std::swap(mapped_, other.mapped_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MappedFile();

  std::string_view bytes() const { return bytes_; }

 private:
  void* base_ = nullptr;
  std::size_t mapped_ = 0;
  std::string_view bytes_;
};

}  // namespace dvx
