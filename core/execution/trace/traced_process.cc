#include "core/execution/trace/traced_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/path.h"

namespace dvx {

namespace {

constexpr std::uint64_t kPage = 4096;  // or a multiple: a read never goes beyond one that is there

// Names that mean something else in every process.
constexpr std::pair<std::string_view, std::string_view> kOwnNames[] = {
    {"/proc/self", ""},      {"/proc/thread-self", ""}, {"/dev/fd", "/fd"},
    {"/dev/stdin", "/fd/0"}, {"/dev/stdout", "/fd/1"},  {"/dev/stderr", "/fd/2"},
};

}  // namespace

std::optional<std::string> TracedProcess::text_at(std::uint64_t address) const {
  std::string text;
  std::array<char, kPage> page;
  while (text.size() < PATH_MAX) {
    const std::size_t room = kPage - address % kPage;
    const iovec here{page.data(), room};
    const iovec there{reinterpret_cast<void*>(address), room};
    const ssize_t n = ::process_vm_readv(thread_, &here, 1, &there, 1, 0);
    if (n <= 0) return std::nullopt;
    const auto count = static_cast<std::size_t>(n);
    const auto* end = static_cast<const char*>(std::memchr(page.data(), 0, count));
    text.append(page.data(), end == nullptr ? count : static_cast<std::size_t>(end - page.data()));
    if (end != nullptr) return text;
    address += count;
  }
  return text;
}

std::optional<std::uint64_t> TracedProcess::number_at(std::uint64_t address) const {
  std::uint64_t number = 0;
  const iovec here{&number, sizeof number};
  const iovec there{reinterpret_cast<void*>(address), sizeof number};
  if (::process_vm_readv(thread_, &here, 1, &there, 1, 0) != sizeof number) return std::nullopt;
  return number;
}

std::optional<std::string> TracedProcess::link(const std::string& name) const {
  std::array<char, PATH_MAX> text;
  const ssize_t n = ::readlink(fmt::format("/proc/{}/{}", thread_, name).c_str(), text.data(), text.size());
  if (n <= 0) return std::nullopt;
  return std::string(text.data(), static_cast<std::size_t>(n));
}

std::optional<std::string> TracedProcess::absolute(int directory_fd, const std::string& path) const {
  if (!path.starts_with('/')) {
    const auto base = link(directory_fd == AT_FDCWD ? "cwd" : fmt::format("fd/{}", directory_fd));
    if (!base || path.empty()) return base;
    return *base + "/" + path;
  }
  for (const auto& [name, own] : kOwnNames) {
    if (is_beneath(path, name)) return fmt::format("/proc/{}{}{}", thread_, own, path.substr(name.size()));
  }
  return path;
}

}  // namespace dvx
