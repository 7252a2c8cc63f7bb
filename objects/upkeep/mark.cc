#include "objects/upkeep/mark.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/stream.h"
#include "objects/pack/codec.h"
#include "objects/store/frame_reader.h"
#include "objects/store/store_impl.h"

namespace dvx {

namespace {

std::uint64_t prefix_of(const ObjectId& id) {
  std::uint64_t prefix = 0;
  std::memcpy(&prefix, id.bytes().data(), sizeof prefix);
  return prefix;
}

Recipe recipe_in(const PackReader& pack, const PackEntry& entry) {
  const Frame frame = pack.read_frame(entry);
  Decoder decoder;
  try {
    return Recipe::parse(as_text(decoder.decode(frame.info, as_bytes(frame.bytes))));
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("the recipe of {} in '{}' is damaged", entry.id.to_hex(), pack.path()),
                "dvx fsck --repair", pack.path());
  }
}

}  // namespace

void for_each_whole_file(const ObjectStore& store, const std::function<void(const ObjectId& id)>& visit) {
  const std::string whole = store.impl().path("whole");
  for (const std::string& bucket : names_in_directory(whole)) {
    for (const std::string& name : names_in_directory(join_path(whole, bucket))) {
      if (const auto id = ObjectId::parse(bucket + name)) visit(*id);
    }
  }
}

WholeFileSet::WholeFileSet(const ObjectStore& store) {
  for_each_whole_file(store, [&](const ObjectId& id) { prefixes_.push_back(prefix_of(id)); });
  std::sort(prefixes_.begin(), prefixes_.end());
  prefixes_.erase(std::unique(prefixes_.begin(), prefixes_.end()), prefixes_.end());
  marked_.resize(prefixes_.size());
}

std::optional<std::size_t> WholeFileSet::find(const ObjectId& id) const {
  const auto at = std::lower_bound(prefixes_.begin(), prefixes_.end(), prefix_of(id));
  if (at == prefixes_.end() || *at != prefix_of(id)) return std::nullopt;
  return static_cast<std::size_t>(at - prefixes_.begin());
}

bool WholeFileSet::mark(const ObjectId& id) {
  const auto at = find(id);
  if (!at || marked_[*at]) return false;
  return marked_[*at] = true;
}

bool WholeFileSet::is_marked(const ObjectId& id) const {
  const auto at = find(id);
  return at && marked_[*at];
}

Mark::Mark(ObjectStore& store)
    : store_(store),
      numbers_(store.impl().index.numbers()),
      whole_(store),
      wanted_(numbers_.count()),
      entered_(numbers_.count()) {}

bool Mark::mark(std::uint64_t number) {
  if (wanted_[number]) return false;
  return wanted_[number] = true;
}

bool Mark::is_wanted(const ObjectId& id) const {
  if (const auto number = numbers_.number_of(id); number && wanted_[*number]) return true;
  return late_.contains(id) || whole_.is_marked(id);
}

bool Mark::is_here(const ObjectId& id) {
  if (store_.impl().probably_has(id)) return true;
  if (store_.impl().trash.has(id)) ++brought_back_;
  return store_.contains(id);
}

void Mark::keep(const ObjectId& id, EntryKind kind) {
  if (kind != EntryKind::Directory) return keep_content(id);
  std::vector<ObjectId> open{id};
  while (!open.empty()) {
    const ObjectId tree_id = open.back();
    open.pop_back();
    if (!enter_first(tree_id)) continue;
    throw_if_interrupted();
    keep_content(tree_id);
    if (!is_here(tree_id)) continue;
    const Tree tree = store_.read_tree(tree_id);
    for (const TreeEntry& entry : tree.entries()) {
      if (entry.kind == EntryKind::Directory) {
        open.push_back(entry.id);
      } else {
        keep_content(entry.id);
      }
    }
  }
}

// Returns true the first time a tree is entered. Marks are kept apart from this, because a marked file with
// the same bytes says nothing about the entries of the tree.
bool Mark::enter_first(const ObjectId& id) {
  const auto number = numbers_.number_of(id);
  if (!number) return late_entered_.insert(id).second;
  if (entered_[*number]) return false;
  return entered_[*number] = true;
}

void Mark::keep_content(const ObjectId& id) {
  whole_.mark(id);
  const auto found = numbers_.find(id);
  if (!found) return keep_elsewhere(id);
  if (!mark(found->number)) return;
  if (found->hit.entry.kind == FrameKind::Recipe) keep_recipe(id);
}

// The set compares only the first bytes of ids, and a stranger can make an id that begins like another one.
// Therefore the store is asked as well.
bool Mark::is_marked_whole(const ObjectId& id) const {
  return whole_.is_marked(id) && store_.impl().has_whole(id);
}

// Marks an object without a number. It was stored after the numbers were given, has just been brought back,
// is a whole file, or is not in the store at all.
void Mark::keep_elsewhere(const ObjectId& id) {
  if (late_.contains(id) || is_marked_whole(id) || !is_here(id)) return;
  late_.insert(id);
  const auto location = locate_frame(store_, id);
  if (location && location->entry.kind == FrameKind::Recipe) keep_recipe(id);
}

void Mark::keep_recipe(const ObjectId& id) {
  const auto location = locate_frame(store_, id);
  if (!location) return;
  for (const RecipeChunk& chunk : read_recipe(store_, *location).chunks) keep_content(chunk.id);
}

std::uint64_t Mark::keep_chunks_of(const PackReader& pack, const PackEntry& recipe) {
  std::uint64_t bytes = 0;
  for (const RecipeChunk& chunk : recipe_in(pack, recipe).chunks) {
    const auto found = numbers_.find(chunk.id);
    if (found && !wanted_[found->number]) bytes += found->hit.entry.stored_length;
    keep_content(chunk.id);
  }
  return bytes;
}

std::uint64_t Mark::unwanted_bytes_of(const PackReader& pack, const PackEntry& recipe) const {
  std::uint64_t bytes = 0;
  for (const RecipeChunk& chunk : recipe_in(pack, recipe).chunks) {
    const auto found = numbers_.find(chunk.id);
    if (found && !wanted_[found->number]) bytes += found->hit.entry.stored_length;
  }
  return bytes;
}

}  // namespace dvx
