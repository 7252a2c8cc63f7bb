#include "core/lineage/git_origin.h"

#include <map>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/formats/pointer_file.h"
#include "core/workspace/data_within.h"

namespace dvx {

namespace {

constexpr std::uint32_t kGitExecutable = 0100755;
constexpr std::uint32_t kGitSymlink = 0120000;

// "a/b/c" gives "a/b/c", "a/b", "a": what may be tracked to make the path tracked.
std::vector<std::string> self_and_parents(const std::string& path) {
  std::vector<std::string> paths;
  for (std::string at = path; !at.empty(); at = parent_path(at)) paths.push_back(at);
  return paths;
}

// Answers "does this text hold the data asked for" and remembers the answer while the text stays the same,
// for most commits change nothing of what is looked for.
class TextMatch {
 public:
  template <typename Decide>
  bool matches(const std::optional<std::string>& text, const Decide& decide) {
    if (!text) return false;
    if (!known_ || text_ != *text) {
      text_ = *text;
      answer_ = decide(text_);
      known_ = true;
    }
    return answer_;
  }

 private:
  std::string text_;
  bool known_ = false, answer_ = false;
};

class OriginSearch {
 public:
  OriginSearch(Repository& repository, const OriginQuery& query)
      : repository_(repository),
        query_(query),
        candidates_(self_and_parents(query.path)),
        pointers_(candidates_.size()) {}

  bool done() const { return done_; }
  const Origin& origin() const { return origin_; }

  void look_in_work_tree() {
    for (const std::string& tracked : candidates_) {
      const std::string pointer = pointer_path_of(tracked);
      const auto text = read_file_if_exists(repository_.path(pointer));
      if (!text || !pointer_matches(*text, tracked)) continue;
      origin_ = {.kind = OriginKind::Pointer, .pointer = pointer};
      return;
    }
  }

  void look_in_commit(const GitCommitInfo& commit) {
    std::optional<Origin> here = match(commit.id);
    if (here) {
      here->commit = commit;
      origin_ = std::move(*here);
    } else if (origin_.commit) {
      done_ = true;  // the stretch of commits that have it ended
    }
  }

 private:
  std::optional<Origin> match(const std::string& commit) {
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      const std::string pointer = pointer_path_of(candidates_[i]);
      const auto same = [&](const std::string& text) { return pointer_matches(text, candidates_[i]); };
      if (pointers_[i].matches(repository_.git().read_at(commit, pointer), same)) {
        return Origin{.kind = OriginKind::Pointer, .pointer = pointer};
      }
    }
    if (query_.data.kind == DataKind::Tree) {
      const auto data = data_in_commit(repository_.git(), commit, query_.path);
      return data && data->id == query_.data.id ? std::optional(Origin{.kind = OriginKind::Git})
                                                : std::nullopt;
    }
    const auto same = [&](const std::string& text) { return ObjectId::of(text) == query_.data.id; };
    return file_.matches(repository_.git().read_at(commit, query_.path), same)
               ? std::optional(Origin{.kind = OriginKind::Git})
               : std::nullopt;
  }

  bool pointer_matches(const std::string& text, const std::string& tracked) const {
    try {
      const PointerFile pointer = parse_pointer(text, pointer_path_of(tracked));
      const auto data = data_within(repository_.store(), pointer.data, tracked, query_.path);
      return data && data->id == query_.data.id;
    } catch (const Error&) {
      return false;  // an old pointer that does not parse, or a tree that was not fetched, proves nothing
    }
  }

  Repository& repository_;
  const OriginQuery& query_;
  std::vector<std::string> candidates_;
  std::vector<TextMatch> pointers_;
  TextMatch file_;
  Origin origin_;
  bool done_ = false;
};

}  // namespace

std::vector<Origin> find_origins(Repository& repository, const std::vector<OriginQuery>& queries) {
  std::vector<OriginSearch> searches;
  searches.reserve(queries.size());
  for (const OriginQuery& query : queries) searches.emplace_back(repository, query).look_in_work_tree();
  const auto head = repository.git().head();
  if (head && !queries.empty()) {
    repository.git().walk_history(*head, [&](const GitCommitInfo& commit) {
      bool more = false;
      for (OriginSearch& search : searches) {
        if (!search.done()) search.look_in_commit(commit);
        more = more || !search.done();
      }
      return more;
    });
  }
  std::vector<Origin> origins;
  for (const OriginSearch& search : searches) origins.push_back(search.origin());
  return origins;
}

namespace {

struct GitDirectory {
  std::map<std::string, GitDirectory> directories;
  std::vector<TreeEntry> files;
};

Tree to_tree(const GitDirectory& directory) {
  std::vector<TreeEntry> entries = directory.files;
  for (const auto& [name, below] : directory.directories) {
    const Tree tree = to_tree(below);
    entries.push_back({.name = name,
                       .kind = EntryKind::Directory,
                       .size = tree.total_size(),
                       .files = tree.total_files(),
                       .id = tree.id()});
  }
  return Tree(std::move(entries));
}

EntryKind entry_kind(std::uint32_t git_mode) {
  if (git_mode == kGitSymlink) return EntryKind::Symlink;
  return git_mode == kGitExecutable ? EntryKind::Executable : EntryKind::File;
}

void insert(GitDirectory& directory, std::string_view path, const GitIndexEntry& entry,
            const std::string& content) {
  const auto slash = path.find('/');
  if (slash != std::string_view::npos) {
    return insert(directory.directories[std::string(path.substr(0, slash))], path.substr(slash + 1), entry,
                  content);
  }
  directory.files.push_back({.name = std::string(path),
                             .kind = entry_kind(entry.mode),
                             .size = content.size(),
                             .id = ObjectId::of(content)});
}

}  // namespace

std::optional<DataRef> data_in_commit(const GitRepository& git, const std::string& commit,
                                      const std::string& path) {
  const auto beneath = [&](std::string_view candidate) { return is_beneath(candidate, path); };
  GitDirectory root;
  std::size_t found = 0;
  for (const GitIndexEntry& entry : git.list_at(commit, beneath)) {
    const std::string content = git.read_blob(entry.blob_id);
    if (entry.path == path) {
      return DataRef{
          .id = ObjectId::of(content), .size = content.size(), .executable = entry.mode == kGitExecutable};
    }
    insert(root, *path_beneath(entry.path, path), entry, content);
    ++found;
  }
  if (found == 0) return std::nullopt;
  const Tree tree = to_tree(root);
  return DataRef{
      .kind = DataKind::Tree, .id = tree.id(), .size = tree.total_size(), .files = tree.total_files()};
}

}  // namespace dvx
