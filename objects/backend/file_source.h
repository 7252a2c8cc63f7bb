// The content of a file of this machine, from its start, as often as wanted.
#pragma once

#include <string>

#include "base/stream.h"
#include "base/unique_fd.h"

namespace dvx {

class FileSource final : public Source {
 public:
  explicit FileSource(std::string path);  // opens it; NotFound, Io
  std::size_t read(std::span<std::byte> out) override;
  bool rewind() override;

 private:
  std::string path_;
  UniqueFd fd_;
};

}  // namespace dvx
