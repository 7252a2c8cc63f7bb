#include "core/git/index_names.h"

#include <algorithm>
#include <cstring>

namespace dvx {

// The file (git's Documentation/gitformat-index.txt): "DIRC", version, count; then entries. One has 40 bytes
// of stat, of which the mode stands at 24, the id, 16 bits of flags, 16 more when a flag says so, and the
// name: up to a NUL, with NULs to a multiple of 8 bytes in versions 2 and 3; in version 4 as the number of
// bytes that the end of the name before loses, and what comes in their place.

namespace {

constexpr std::size_t kHeader = 12, kStat = 40, kModeAt = 24;
constexpr std::uint32_t kExtendedFlag = 0x4000, kDirectoryMode = 0040000;

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

// The entry at `at`, and then where the next one begins. False at what is no entry.
class Entries {
 public:
  Entries(std::string_view index, std::uint32_t version, std::size_t id_bytes)
      : index_(index), version_(version), id_bytes_(id_bytes) {}

  bool next() {
    const std::size_t flags_at = at_ + kStat + id_bytes_;
    if (flags_at + 2 > index_.size()) return false;
    mode_ = big_endian(index_, at_ + kModeAt, 4);
    std::size_t name_at = flags_at + 2;
    if ((big_endian(index_, flags_at, 2) & kExtendedFlag) != 0) name_at += 2;
    if (version_ < 3 && name_at != flags_at + 2) return false;
    return version_ < 4 ? read_whole_name(name_at) : read_rest_of_name(name_at);
  }

  std::string_view name() const { return version_ < 4 ? name_ : std::string_view(built_); }
  std::uint32_t mode() const { return mode_; }

 private:
  bool read_whole_name(std::size_t from) {
    const auto end = from < index_.size() ? index_.find('\0', from) : std::string_view::npos;
    if (end == std::string_view::npos) return false;
    name_ = index_.substr(from, end - from);
    at_ += (end - at_ + 8) / 8 * 8;
    return true;
  }

  bool read_rest_of_name(std::size_t from) {
    std::size_t lost = 0;
    for (bool is_first = true;; is_first = false) {
      if (from >= index_.size() || lost > index_.size()) return false;
      const auto byte = static_cast<unsigned char>(index_[from++]);
      lost = is_first ? byte & 0x7fU : ((lost + 1) << 7 | (byte & 0x7fU));
      if ((byte & 0x80U) == 0) break;
    }
    const auto end = from < index_.size() ? index_.find('\0', from) : std::string_view::npos;
    if (end == std::string_view::npos || lost > built_.size()) return false;
    built_.resize(built_.size() - lost);
    built_ += index_.substr(from, end - from);
    at_ = end + 1;
    return true;
  }

  std::string_view index_;
  std::uint32_t version_;
  std::size_t id_bytes_;
  std::size_t at_ = kHeader;
  std::string_view name_;
  std::string built_;
  std::uint32_t mode_ = 0;
};

}  // namespace

std::optional<std::vector<IndexName>> names_in_index(std::string_view index, std::string_view directory,
                                                     std::size_t id_bytes) {
  if (index.size() < kHeader || !index.starts_with("DIRC")) return std::nullopt;
  const std::uint32_t version = big_endian(index, 4, 4), count = big_endian(index, 8, 4);
  if (version < 2 || version > 4) return std::nullopt;
  const auto slash = directory.rfind('/');
  const std::size_t fixed = slash == std::string_view::npos ? 0 : slash + 1;  // the part whose case matters
  const std::string wanted = lowered(directory.substr(fixed));
  // Behind every spelling of the directory: '0' follows '/'.
  const std::string behind = std::string(directory.substr(0, fixed)) + wanted + "0";
  std::vector<IndexName> found;
  Entries entries(index, version, id_bytes);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!entries.next()) return std::nullopt;
    const std::string_view name = entries.name();
    if (name >= behind) break;
    const bool is_above = entries.mode() == kDirectoryMode && directory.starts_with(name);
    if (is_above) return std::nullopt;
    if (name.size() < directory.size() || name.substr(0, fixed) != directory.substr(0, fixed)) continue;
    if (lowered(name.substr(fixed, wanted.size())) != wanted) continue;
    if (name.size() > directory.size() && name[directory.size()] != '/') continue;
    if (entries.mode() == kDirectoryMode) return std::nullopt;
    found.push_back({std::string(name), entries.mode()});
  }
  return found;
}

}  // namespace dvx
