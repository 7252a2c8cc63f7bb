// Gives the content of a local file. It can be rewound and read as often as needed.
#pragma once

#include <string>

#include "base/stream.h"
#include "base/unique_fd.h"

namespace dvx {

class FileSource final : public Source {
 public:
  // Opens the file. Throws Error{NotFound} or Error{Io}.
  explicit FileSource(std::string path);
  std::size_t read(std::span<std::byte> out) override;
  bool rewind() override;

 private:
  std::string path_;
  UniqueFd fd_;
};

}  // namespace dvx
