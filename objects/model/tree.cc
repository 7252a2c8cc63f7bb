#include "objects/model/tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/little_endian.h"
#include "base/path.h"
#include "base/stream.h"
#include "objects/model/inner_path.h"

namespace dvx {

namespace {

constexpr std::string_view kMagic = "dvx tree 1\n";
constexpr std::size_t kMaxNameLength = 0xffff;
// The size of an entry without its name: kind, length of the name, size, files and id.
constexpr std::size_t kEntrySize = 1 + 2 + 8 + 8 + ObjectId::kSize;

[[noreturn]] void corrupt(std::string_view what) {
  throw Error(ErrorKind::Corruption, fmt::format("not a tree: {}", what));
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

// Returns the length of a leading code point that HFS+ ignores when it compares names (U+200C–200F,
// U+202A–202E, U+206A–206F, U+FEFF), or 0.
std::size_t ignorable_length(std::string_view text) {
  if (text.size() < 3) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) == 0xef && byte(1) == 0xbb && byte(2) == 0xbf) return 3;
  if (byte(0) != 0xe2) return 0;
  const bool ignorable =
      (byte(1) == 0x80 && ((byte(2) >= 0x8c && byte(2) <= 0x8f) || (byte(2) >= 0xaa && byte(2) <= 0xae))) ||
      (byte(1) == 0x81 && byte(2) >= 0xaa && byte(2) <= 0xaf);
  return ignorable ? 3 : 0;
}

// Returns the name as the least careful file system would see it. Case, ignorable code points, NTFS streams,
// and the dots and spaces that Windows drops at the end are removed.
std::string plain_name(std::string_view name) {
  std::string result;
  while (!name.empty()) {
    if (const std::size_t n = ignorable_length(name)) {
      name.remove_prefix(n);
      continue;
    }
    if (name.front() == ':' || name.front() == '\\') break;
    result += name.front();
    name.remove_prefix(1);
  }
  while (!result.empty() && (result.back() == '.' || result.back() == ' ')) result.pop_back();
  return lower_case(result);
}

// Reads fields off the front of untrusted bytes.
class FieldReader {
 public:
  explicit FieldReader(std::string_view rest) : rest_(rest) {}
  bool at_end() const { return rest_.empty(); }
  std::string_view take(std::size_t length) {
    if (rest_.size() < length) corrupt("it ends in the middle of an entry");
    const std::string_view field = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return field;
  }
  std::uint64_t take_number(std::size_t width) { return load_le(std::as_bytes(std::span(take(width)))); }

 private:
  std::string_view rest_;
};

// The writer of a tree may claim any sizes and numbers of files, so adding them up must not overflow.
std::uint64_t add_below_limit(std::uint64_t sum, std::uint64_t more) {
  if (more >= limits::kTotal || sum >= limits::kTotal - more)
    corrupt(fmt::format("its sizes or files add up to more than {}", limits::kTotal));
  return sum + more;
}

TreeEntry take_entry(FieldReader& reader) {
  TreeEntry entry;
  const std::uint64_t kind = reader.take_number(1);
  if (kind > static_cast<std::uint64_t>(EntryKind::Directory))
    corrupt(fmt::format("unknown entry kind {}", kind));
  entry.kind = static_cast<EntryKind>(kind);
  entry.name = reader.take(static_cast<std::size_t>(reader.take_number(2)));
  entry.size = reader.take_number(8);
  entry.files = reader.take_number(8);
  entry.id = ObjectId(std::as_bytes(std::span(reader.take(ObjectId::kSize))).first<ObjectId::kSize>());
  if (const auto reason = refused_entry_name(entry.name)) {
    corrupt(fmt::format("refused name '{}': {}", display_path(entry.name), *reason));
  }
  if (entry.kind != EntryKind::Directory && entry.files != 1) {
    corrupt(fmt::format("'{}' counts {} files", display_path(entry.name), entry.files));
  }
  return entry;
}

}  // namespace

Tree::Tree(std::vector<TreeEntry> entries) : entries_(std::move(entries)) {
  // A walk already gives most directories in this order.
  if (!std::ranges::is_sorted(entries_, {}, &TreeEntry::name))
    std::ranges::sort(entries_, {}, &TreeEntry::name);
  GitDirectorySigns signs;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const std::string& name = entries_[i].name;
    signs.note(name);
    if (const auto reason = refused_entry_name(name)) {
      throw Error(ErrorKind::Config, fmt::format("'{}' cannot be tracked: {}", display_path(name), *reason));
    }
    if (i > 0 && entries_[i - 1].name == name) {
      throw Error(ErrorKind::Config, fmt::format("'{}' is there twice", display_path(name)));
    }
  }
  if (signs.are_complete()) {
    throw Error(
        ErrorKind::Config,
        "a directory with 'HEAD', 'objects' and 'refs' cannot be tracked: git takes it for a repository",
        "pack it into one file, for instance with: git bundle create data.bundle --all");
  }
}

std::string Tree::serialize() const {
  std::size_t size = kMagic.size();
  for (const TreeEntry& entry : entries_) size += kEntrySize + entry.name.size();
  std::string bytes;
  bytes.reserve(size);
  bytes += kMagic;
  for (const TreeEntry& entry : entries_) {
    append_le(bytes, static_cast<std::uint64_t>(entry.kind), 1);
    append_le(bytes, entry.name.size(), 2);
    bytes += entry.name;
    append_le(bytes, entry.size, 8);
    append_le(bytes, entry.files, 8);
    bytes += as_text(entry.id.bytes());
  }
  return bytes;
}

Tree Tree::parse(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) {
    corrupt(bytes.starts_with(kMagic.substr(0, 9)) ? "its version is newer than this dvx"
                                                   : "it does not begin as one");
  }
  FieldReader reader(bytes.substr(kMagic.size()));
  Tree tree;
  std::uint64_t size = 0, files = 0;
  tree.entries_.reserve(bytes.size() / (kEntrySize + 16));
  while (!reader.at_end()) {
    TreeEntry entry = take_entry(reader);
    if (!tree.entries_.empty() && tree.entries_.back().name >= entry.name) {
      corrupt(fmt::format("'{}' is out of order", display_path(entry.name)));
    }
    size = add_below_limit(size, entry.size);
    files = add_below_limit(files, entry.files);
    tree.entries_.push_back(std::move(entry));
  }
  return tree;
}

const TreeEntry* Tree::find(std::string_view name) const {
  const auto it =
      std::lower_bound(entries_.begin(), entries_.end(), name,
                       [](const TreeEntry& entry, std::string_view key) { return entry.name < key; });
  return it != entries_.end() && it->name == name ? &*it : nullptr;
}

std::uint64_t Tree::total_size() const {
  std::uint64_t total = 0;
  for (const TreeEntry& entry : entries_) total += entry.size;
  return total;
}

std::uint64_t Tree::total_files() const {
  std::uint64_t total = 0;
  for (const TreeEntry& entry : entries_) total += entry.files;
  return total;
}

std::optional<std::string> refused_entry_name(std::string_view name) {
  if (name.empty()) return "the name is empty";
  if (name == "." || name == "..") return "it leads to another directory";
  if (name.find('/') != std::string_view::npos) return "it contains '/'";
  if (name.find('\0') != std::string_view::npos) return "it contains a NUL byte";
  if (name.size() > kMaxNameLength) return "the name is too long";
  // Every disguise begins with one of these bytes, or with a code point that is ignored. Few honest names do.
  constexpr std::string_view kSuspicious = ".gGdD\xe2\xef";
  if (kSuspicious.find(name.front()) == std::string_view::npos) return std::nullopt;
  const std::string plain = plain_name(name);
  if (plain == ".git" || plain == "git~1") return "a file system may take it for '.git'";
  if (plain == ".dvx" || plain == "dvx~1") return "a file system may take it for '.dvx'";
  return std::nullopt;
}

}  // namespace dvx
