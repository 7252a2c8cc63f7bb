#include "objects/store/trash.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <set>
#include <utility>

#include "base/beneath.h"
#include "base/clock.h"
#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_time.h"
#include "base/path.h"
#include "base/stream.h"
#include "objects/pack/codec.h"
#include "objects/pack/recipe.h"

namespace dvx {

namespace {

// Two changes of a directory within this time may leave the same mtime.
constexpr std::int64_t kTickNs = 50'000'000;
constexpr std::string_view kPurged = ".purged-";

// Returns the form "20260131T120000Z", which sorts in the order of time.
std::string batch_name(std::int64_t ns) {
  std::string text = format_utc(ns).substr(0, 19) + "Z";
  std::erase(text, '-');
  std::erase(text, ':');
  return text;
}

std::optional<std::int64_t> batch_time(const std::string& name) {
  std::tm utc{};
  const char* end = ::strptime(name.c_str(), "%Y%m%dT%H%M%SZ", &utc);
  if (end == nullptr || (*end != '\0' && *end != '-')) return std::nullopt;
  return std::int64_t{::timegm(&utc)} * 1'000'000'000;
}

std::int64_t mtime_of(const std::string& path) {
  const auto st = stat_if_exists(path);
  return st ? to_ns(st->st_mtim) : -1;
}

bool rename_if_there(const std::string& from, const std::string& to) {
  if (beneath::rename(from, to) == 0) return true;
  if (errno == ENOENT && !exists(from)) return false;
  throw system_error("move", from);
}

// Returns the number of files in a directory, and adds their sizes to `bytes`.
std::uint64_t weigh(const std::string& directory, std::uint64_t& bytes) {
  std::uint64_t files = 0;
  for (const std::string& name : names_in_directory(directory)) {
    const auto st = stat_if_exists(join_path(directory, name));
    if (!st) continue;
    ++files;
    bytes += static_cast<std::uint64_t>(st->st_size);
  }
  return files;
}

std::string whole_name(const ObjectId& id) {
  const std::string hex = id.to_hex();
  return fmt::format("whole/{}/{}", hex.substr(0, 2), hex.substr(2));
}

}  // namespace

Trash::Trash(std::string store_directory)
    : store_(std::move(store_directory)), directory_(join_path(store_, "trash")) {}

std::vector<std::string> Trash::batch_names() const {
  std::vector<std::string> names = names_in_directory(directory_);
  std::erase_if(names, [](const std::string& name) { return !batch_time(name); });
  return names;
}

// Returns what is in the trash. When the known listing is settled, checking it costs one stat for each batch,
// so a miss is cheap as long as the trash is empty.
std::shared_ptr<const Trash::Listing> Trash::listing() const {
  const std::lock_guard lock(mutex_);
  if (known_ && known_->settled) {
    std::vector<std::int64_t> stamps{mtime_of(directory_)};
    for (const std::string& batch : known_->batches)
      stamps.push_back(mtime_of(join_path(directory_, batch + "/packs")));
    if (stamps == known_->stamps) return known_;
  }
  known_ = read_listing();
  return known_;
}

std::shared_ptr<const Trash::Listing> Trash::read_listing() const {
  auto listing = std::make_shared<Listing>();
  const std::int64_t began = SystemClock().now_ns();
  listing->stamps.push_back(mtime_of(directory_));
  listing->batches = batch_names();
  for (const std::string& batch : listing->batches) {
    const std::string packs = join_path(directory_, batch + "/packs");
    listing->stamps.push_back(mtime_of(packs));
    for (const std::string& name : names_in_directory(packs)) {
      try {
        auto pack = PackReader::open(join_path(packs, name));
        pack->entry(0);  // checks the index
        listing->packs.push_back(std::move(pack));
      } catch (const Error& e) {
        // The pack was damaged before it was moved here, or it is gone by now.
        if (e.kind() != ErrorKind::Corruption && e.kind() != ErrorKind::NotFound) throw;
      }
    }
  }
  listing->settled =
      std::ranges::all_of(listing->stamps, [&](std::int64_t stamp) { return stamp < began - kTickNs; });
  return listing;
}

std::shared_ptr<const PackReader> Trash::pack_with(const Listing& in, const ObjectId& id) const {
  // The newest pack comes first, because it stays longest and has what older ones had.
  for (auto pack = in.packs.rbegin(); pack != in.packs.rend(); ++pack) {
    if ((*pack)->find(id)) return *pack;
  }
  return nullptr;
}

std::optional<std::string> Trash::whole_with(const Listing& in, const ObjectId& id) const {
  for (auto batch = in.batches.rbegin(); batch != in.batches.rend(); ++batch) {
    std::string path = join_path(join_path(directory_, *batch), whole_name(id));
    if (exists(path)) return path;
  }
  return std::nullopt;
}

bool Trash::has(const ObjectId& id) const {
  const auto in = listing();
  return !in->batches.empty() && (pack_with(*in, id) != nullptr || whole_with(*in, id).has_value());
}

std::optional<Frame> Trash::read_frame(const ObjectId& id) const {
  const auto pack = pack_with(*listing(), id);
  if (!pack) return std::nullopt;
  return pack->read_frame(*pack->find(id));
}

// Returns the pack and all packs in the trash that its recipes need, directly or through further packs.
// Chunks that no pack in the trash has are where they should be.
std::vector<std::shared_ptr<const PackReader>> Trash::pack_and_what_it_needs(
    const Listing& in, std::shared_ptr<const PackReader> pack) const {
  std::vector<std::shared_ptr<const PackReader>> found{std::move(pack)};
  std::set<std::string> paths{found.front()->path()};
  Decoder decoder;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto current = found[i];
    for (std::uint64_t at = 0; at < current->entry_count(); ++at) {
      const PackEntry entry = current->entry(at);
      if (entry.kind != FrameKind::Recipe) continue;
      const Frame frame = current->read_frame(entry);
      Recipe recipe;
      try {
        recipe = Recipe::parse(as_text(decoder.decode(frame.info, as_bytes(frame.bytes))));
      } catch (const Error& e) {
        if (e.kind() != ErrorKind::Corruption) throw;
        continue;  // fsck will find it
      }
      for (const RecipeChunk& chunk : recipe.chunks) {
        if (const auto other = pack_with(in, chunk.id); other && paths.insert(other->path()).second)
          found.push_back(other);
      }
    }
  }
  return found;
}

bool Trash::bring_back(const ObjectId& id) const {
  const auto in = listing();
  if (in->batches.empty()) return false;
  if (const auto whole = whole_with(*in, id)) {
    const std::string home = join_path(store_, whole_name(id));
    make_directories(parent_path(home));
    if (rename_if_there(*whole, home)) {
      fsync_directory(parent_path(home));
      return true;
    }
  }
  const auto pack = pack_with(*in, id);
  if (!pack) return false;
  // Packs that are needed are moved before the packs that need them.
  auto packs = pack_and_what_it_needs(*in, pack);
  std::reverse(packs.begin(), packs.end());
  bool moved = false;
  for (const auto& one : packs) {
    const std::string home = join_path(store_, "packs/" + std::string(file_name(one->path())));
    if (rename_if_there(one->path(), home)) moved = true;
  }
  if (moved) fsync_directory(join_path(store_, "packs"));
  return moved;
}

TrashBatch Trash::begin_batch(std::int64_t now_ns) const {
  const std::string base = batch_name(now_ns);
  std::string name = base;
  for (int i = 1; exists(join_path(directory_, name)); ++i) name = fmt::format("{}-{}", base, i);
  return TrashBatch(store_, name);
}

TrashBatch::TrashBatch(std::string store_directory, std::string name)
    : store_(std::move(store_directory)), directory_(join_path(store_, "trash/" + name)) {}

bool TrashBatch::move(const std::string& file) {
  const std::string source = join_path(store_, file), target = join_path(directory_, file);
  if (to_.insert(parent_path(target)).second) make_directories(parent_path(target));
  if (!rename_if_there(source, target)) return false;
  from_.insert(parent_path(source));
  return true;
}

void TrashBatch::finish() {
  if (to_.empty()) return;
  to_.insert({directory_, parent_path(directory_)});
  for (const std::string& directory : to_) fsync_directory(directory);
  for (const std::string& directory : from_) fsync_directory(directory);
}

std::vector<Trash::Batch> Trash::batches() const {
  std::vector<Batch> result;
  for (const std::string& name : batch_names()) {
    Batch batch{.name = name, .moved_ns = *batch_time(name)};
    const std::string root = join_path(directory_, name);
    batch.packs = weigh(join_path(root, "packs"), batch.bytes);
    for (const std::string& bucket : names_in_directory(join_path(root, "whole")))
      batch.whole_files += weigh(join_path(root, "whole/" + bucket), batch.bytes);
    for (const std::string& bucket : names_in_directory(join_path(root, "runs")))
      batch.other_files += weigh(join_path(root, "runs/" + bucket), batch.bytes);
    result.push_back(std::move(batch));
  }
  return result;
}

// Deletes a batch. It is renamed first, so that nobody looks into a batch that is half gone.
void Trash::purge(const std::string& batch) const {
  const std::string doomed = join_path(directory_, std::string(kPurged) + batch);
  if (rename_if_there(join_path(directory_, batch), doomed)) remove_tree(doomed);
}

void Trash::finish_purges() const {
  for (const std::string& name : names_in_directory(directory_)) {
    if (name.starts_with(kPurged)) remove_tree(join_path(directory_, name));
  }
}

}  // namespace dvx
