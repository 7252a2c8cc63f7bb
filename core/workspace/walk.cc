#include "core/workspace/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <future>
#include <limits>
#include <mutex>
#include <utility>

#include "base/directory.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/workspace/linker.h"
#include "objects/model/tree.h"

namespace dvx {

namespace {

WalkedKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return WalkedKind::File;
  if (S_ISDIR(mode)) return WalkedKind::Directory;
  return S_ISLNK(mode) ? WalkedKind::Symlink : WalkedKind::Special;
}

// Bytewise order of whole paths: a directory's name goes on with '/'.
bool in_path_order(std::string_view a, WalkedKind a_kind, std::string_view b, WalkedKind b_kind) {
  const std::size_t common = std::min(a.size(), b.size());
  if (const int order = a.compare(0, common, b, 0, common); order != 0) return order < 0;
  const auto after = [common](std::string_view name, WalkedKind kind) {
    if (name.size() > common) return static_cast<int>(static_cast<unsigned char>(name[common]));
    return kind == WalkedKind::Directory ? static_cast<int>('/') : -1;
  };
  return after(a, a_kind) < after(b, b_kind);
}

// Of a directory with so many names per thread, several threads ask for the stat of the files.
constexpr std::size_t kNamesPerThread = 4096;

// Sorts by in_path_order(). What comes after the beginning that all names share is compared as one number
// first: then nearly no comparison looks at a name.
class PathSorter {
 public:
  explicit PathSorter(WalkedDirectory& directory) : directory_(directory) {}

  void run() {
    const std::size_t shared = shared_beginning();
    keys_.reserve(directory_.entries.size());
    for (std::uint32_t i = 0; i < directory_.entries.size(); ++i)
      keys_.push_back({number_of(directory_.entries[i], shared), i});
    std::ranges::sort(keys_, [this](const Key& a, const Key& b) {
      if (a.number != b.number) return a.number < b.number;
      const WalkedEntry &x = directory_.entries[a.index], &y = directory_.entries[b.index];
      return in_path_order(directory_.name(x), x.kind, directory_.name(y), y.kind);
    });
    move_entries();
  }

 private:
  struct Key {
    std::uint64_t number;
    std::uint32_t index;
  };

  std::size_t shared_beginning() const {
    if (directory_.entries.empty()) return 0;
    const std::string_view first = directory_.name(directory_.entries.front());
    std::size_t shared = first.size();
    for (const WalkedEntry& entry : directory_.entries) {
      const std::string_view name = directory_.name(entry).substr(0, shared);
      shared =
          static_cast<std::size_t>(std::ranges::mismatch(first.substr(0, shared), name).in2 - name.begin());
    }
    return shared;
  }

  // No name has a NUL, so what ends early comes first; what is a directory goes on with '/'.
  std::uint64_t number_of(const WalkedEntry& entry, std::size_t from) const {
    const std::string_view name = directory_.name(entry).substr(from);
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i) {
      unsigned char c = i < name.size() ? static_cast<unsigned char>(name[i]) : 0;
      if (i == name.size() && entry.kind == WalkedKind::Directory) c = '/';
      number = number << 8 | c;
    }
    return number;
  }

  // In place, circle by circle: a million entries are a hundred megabytes.
  void move_entries() {
    constexpr std::uint32_t kDone = std::numeric_limits<std::uint32_t>::max();
    std::vector<WalkedEntry>& entries = directory_.entries;
    for (std::uint32_t begin = 0; begin < keys_.size(); ++begin) {
      if (keys_[begin].index == kDone) continue;
      const WalkedEntry first = entries[begin];
      for (std::uint32_t at = begin;;) {
        const std::uint32_t from = std::exchange(keys_[at].index, kDone);
        entries[at] = from == begin ? first : entries[from];
        if (from == begin) break;
        at = from;
      }
    }
  }

  WalkedDirectory& directory_;
  std::vector<Key> keys_;
};

class Walker {
 public:
  Walker(ThreadPool& pool, std::string absolute, std::string path)
      : pool_(pool), absolute_(std::move(absolute)), path_(std::move(path)) {}

  Walk run(const IgnoreRules& rules) {
    Walk walk;
    walk.top = std::make_unique<WalkedDirectory>();
    walk.top->path = path_;
    submit(*walk.top, rules);
    pool_.wait();
    throw_if_interrupted();
    std::ranges::sort(failed_, {}, &FailedPath::path);
    walk.failed = std::move(failed_);
    walk.leftovers = std::move(leftovers_);
    std::ranges::sort(git_files_);
    walk.git_files = std::move(git_files_);
    return walk;
  }

 private:
  void submit(WalkedDirectory& directory, IgnoreRules rules) {
    pool_.submit([this, &directory, rules = std::move(rules)] {
      if (interrupt_signal() != 0) return;
      try {
        read(directory, rules);
      } catch (const Error& e) {
        fail(directory.path, e);
      }
    });
  }

  std::string absolute(const WalkedDirectory& directory) const {
    return join_path(absolute_, path_beneath(directory.path, path_).value_or(""));
  }

  void read(WalkedDirectory& directory, const IgnoreRules& above) {
    const std::string where = absolute(directory);
    const UniqueFd fd = open_file(where, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    std::vector<DirectoryEntry> listing = list_directory(fd.get(), directory.path);
    bool has_rules = false;
    for (const DirectoryEntry& entry : listing) {
      if (is_leftover(entry.name)) note(leftovers_, join_path(where, entry.name));
      if (entry.name == ".git") note(git_files_, join_path(directory.path, entry.name));
      has_rules |= entry.name == ".dvxignore";
    }
    std::erase_if(listing, [](const DirectoryEntry& entry) { return is_never_data(entry.name); });
    IgnoreRules rules = above;
    if (has_rules)
      rules = above.with(read_file_if_exists(join_path(where, ".dvxignore")).value_or(""), directory.path);
    stat_all(directory, fd.get(), listing);
    take(directory, listing, rules);
    order(directory);
    for (const auto& child : directory.children) submit(*child, rules);
  }

  // An entry for each name of the listing, in its order; without a name's length when it is gone.
  void stat_all(WalkedDirectory& directory, int fd, const std::vector<DirectoryEntry>& listing) const {
    directory.entries.resize(listing.size());
    const auto stat_some = [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) stat_one(directory, fd, listing[i], directory.entries[i]);
    };
    const std::size_t shares = std::min(pool_.limit(), listing.size() / kNamesPerThread);
    // Not tasks of the pool, of which none may wait for another.
    std::vector<std::future<void>> others;
    for (std::size_t i = 1; i < shares; ++i) {
      others.push_back(std::async(std::launch::async | std::launch::deferred, stat_some,
                                  listing.size() * i / shares, listing.size() * (i + 1) / shares));
    }
    stat_some(0, shares < 2 ? listing.size() : listing.size() / shares);
    for (std::future<void>& other : others) other.get();
  }

  static void stat_one(const WalkedDirectory& directory, int fd, const DirectoryEntry& listed,
                       WalkedEntry& entry) {
    entry.kind = WalkedKind::Directory;
    if (listed.type != DT_DIR) {
      struct ::stat st {};
      if (::fstatat(fd, listed.name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return;
        throw system_error("stat", join_path(directory.path, listed.name));
      }
      entry.kind = kind_of(st.st_mode);
      entry.stamp = stamp_of(st);
    }
    entry.name_length = static_cast<std::uint16_t>(listed.name.size());
  }

  // Leaves the entries that are data, with their names.
  void take(WalkedDirectory& directory, const std::vector<DirectoryEntry>& listing,
            const IgnoreRules& rules) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < listing.size(); ++i) {
      WalkedEntry entry = directory.entries[i];
      if (entry.name_length == 0 || !is_data(directory, entry, listing[i].name, rules)) continue;
      entry.name_offset = static_cast<std::uint32_t>(directory.names.size());
      directory.names += listing[i].name;
      directory.entries[kept++] = entry;
    }
    directory.entries.resize(kept);
  }

  bool is_data(const WalkedDirectory& directory, const WalkedEntry& entry, const std::string& name,
               const IgnoreRules& rules) {
    const std::string path = join_path(directory.path, name);
    if (rules.ignores(path, entry.kind == WalkedKind::Directory ? PathKind::Directory : PathKind::Other))
      return false;
    const auto refused = refused_entry_name(name);
    if (!refused) return true;
    fail(path, Error(ErrorKind::Usage,
                     fmt::format("'{}' cannot be tracked: {}", display_path(path), *refused), {}, path));
    return false;
  }

  static void order(WalkedDirectory& directory) {
    PathSorter(directory).run();
    for (WalkedEntry& entry : directory.entries) {
      if (entry.kind != WalkedKind::Directory) continue;
      entry.child = static_cast<std::uint32_t>(directory.children.size());
      auto child = std::make_unique<WalkedDirectory>();
      child->path = join_path(directory.path, directory.name(entry));
      directory.children.push_back(std::move(child));
    }
  }

  void note(std::vector<std::string>& list, std::string path) {
    const std::lock_guard lock(mutex_);
    list.push_back(std::move(path));
  }

  void fail(const std::string& path, Error error) {
    const std::lock_guard lock(mutex_);
    failed_.push_back({path, std::move(error)});
  }

  ThreadPool& pool_;
  const std::string absolute_, path_;
  std::mutex mutex_;
  std::vector<FailedPath> failed_;      // under mutex_
  std::vector<std::string> leftovers_;  // under mutex_
  std::vector<std::string> git_files_;  // under mutex_
};

}  // namespace

Walk walk_directory(const std::string& absolute, const std::string& path, const IgnoreRules& rules,
                    ThreadPool& pool) {
  return Walker(pool, absolute, path).run(rules);
}

}  // namespace dvx
