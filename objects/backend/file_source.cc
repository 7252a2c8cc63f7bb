#include "objects/backend/file_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "base/file.h"

namespace dvx {

FileSource::FileSource(std::string path) : path_(std::move(path)), fd_(open_file(path_, O_RDONLY)) {}

std::size_t FileSource::read(std::span<std::byte> out) {
  return read_up_to(fd_.get(), out, path_);
}

bool FileSource::rewind() {
  return ::lseek(fd_.get(), 0, SEEK_SET) == 0;
}

}  // namespace dvx
