#include "core/workspace/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
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
      if (is_leftover(entry.name)) note_leftover(join_path(where, entry.name));
      has_rules |= entry.name == ".dvxignore";
    }
    std::erase_if(listing, [](const DirectoryEntry& entry) { return is_never_data(entry.name); });
    IgnoreRules rules = above;
    if (has_rules)
      rules = above.with(read_file_if_exists(join_path(where, ".dvxignore")).value_or(""), directory.path);
    directory.entries.reserve(listing.size());
    for (const auto& [name, type] : listing) add(directory, fd.get(), name, type, rules);
    order(directory);
    for (const auto& child : directory.children) submit(*child, rules);
  }

  void add(WalkedDirectory& directory, int fd, const std::string& name, unsigned char type,
           const IgnoreRules& rules) {
    WalkedEntry entry;
    entry.kind = WalkedKind::Directory;
    if (type != DT_DIR) {
      struct ::stat st {};
      if (::fstatat(fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return;
        throw system_error("stat", join_path(directory.path, name));
      }
      entry.kind = kind_of(st.st_mode);
      entry.stamp = stamp_of(st);
    }
    const std::string path = join_path(directory.path, name);
    if (rules.ignores(path, entry.kind == WalkedKind::Directory ? PathKind::Directory : PathKind::Other))
      return;
    if (const auto refused = refused_entry_name(name)) {
      fail(path, Error(ErrorKind::Usage,
                       fmt::format("'{}' cannot be tracked: {}", display_path(path), *refused), {}, path));
      return;
    }
    entry.name_offset = static_cast<std::uint32_t>(directory.names.size());
    entry.name_length = static_cast<std::uint16_t>(name.size());
    directory.names += name;
    directory.entries.push_back(entry);
  }

  static void order(WalkedDirectory& directory) {
    std::ranges::sort(directory.entries, [&](const WalkedEntry& a, const WalkedEntry& b) {
      return in_path_order(directory.name(a), a.kind, directory.name(b), b.kind);
    });
    for (WalkedEntry& entry : directory.entries) {
      if (entry.kind != WalkedKind::Directory) continue;
      entry.child = static_cast<std::uint32_t>(directory.children.size());
      auto child = std::make_unique<WalkedDirectory>();
      child->path = join_path(directory.path, directory.name(entry));
      directory.children.push_back(std::move(child));
    }
  }

  void note_leftover(std::string path) {
    const std::lock_guard lock(mutex_);
    leftovers_.push_back(std::move(path));
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
};

}  // namespace

Walk walk_directory(const std::string& absolute, const std::string& path, const IgnoreRules& rules,
                    ThreadPool& pool) {
  return Walker(pool, absolute, path).run(rules);
}

}  // namespace dvx
