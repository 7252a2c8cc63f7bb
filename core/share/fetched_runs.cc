#include "core/share/fetched_runs.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "base/file.h"
#include "base/path.h"
#include "base/stream.h"

namespace dvx {

FetchedRuns::FetchedRuns(const std::string& remote_cache) : path_(join_path(remote_cache, "runs/fetched")) {
  const auto text = read_file_if_exists(path_);
  if (!text || text->size() < ObjectId::kSize || text->size() % ObjectId::kSize != 0) return;
  const std::size_t end = text->size() - ObjectId::kSize;
  const auto id_at = [&](std::size_t offset) {
    return ObjectId(as_bytes(*text).subspan(offset).first<ObjectId::kSize>());
  };
  if (ObjectId::of(std::string_view(*text).substr(0, end)) != id_at(end)) return;
  for (std::size_t at = 0; at < end; at += ObjectId::kSize) ids_.push_back(id_at(at));
}

void FetchedRuns::replace(std::vector<ObjectId> ids) {
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (ids == ids_) return;
  std::string text;
  for (const ObjectId& id : ids) text += as_text(id.bytes());
  text += as_text(ObjectId::of(text).bytes());
  make_directories(parent_path(path_));
  write_file_atomically(path_, text, 0666, Durability::Relaxed);
  ids_ = std::move(ids);
}

}  // namespace dvx
