#include "objects/pack/mapped_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

namespace dvx {

MappedFile::MappedFile(int fd, std::uint64_t offset, std::size_t length, const std::string& path_for_errors) {
  if (length == 0) return;
  static const std::uint64_t page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t start = offset / page * page;
  const std::size_t lead = static_cast<std::size_t>(offset - start);
  void* base = ::mmap(nullptr, lead + length, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(start));
  if (base == MAP_FAILED) throw system_error("map", path_for_errors);
  base_ = base;
  mapped_ = lead + length;
  bytes_ = {static_cast<const char*>(base) + lead, length};
}

MappedFile::~MappedFile() {
  if (base_ != nullptr) ::munmap(base_, mapped_);
}

}  // namespace dvx
