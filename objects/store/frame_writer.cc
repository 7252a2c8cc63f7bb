#include "objects/store/frame_writer.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "objects/pack/pack_reader.h"
#include "objects/pack/pack_writer.h"
#include "objects/store/session_directory.h"
#include "objects/store/store_impl.h"

namespace dvx {

// The writer appends frames to one pack at a time, in a session directory under `tmp/`. A pack that is full
// is sealed, which syncs it, and the next frame begins another one. commit() seals the last pack, renames all
// sealed packs into `packs/`, syncs that directory once, and adds the packs to the index of this process.
// When the process dies earlier, the session directory is removed by a later session. From its construction
// on, the writer holds the shared lock of the store, so a frame that has() found cannot be moved away before
// commit().
struct FrameWriter::State {
  explicit State(const ObjectStore& s) : held(s.hold()), store(s.impl()) {}

  // While this lock is held, nothing that has() found is moved away.
  const std::optional<FileLock> held;
  ObjectStore::Impl& store;
  // Says whether there may be whole files at all, because each check for one costs a system call.
  const bool look_for_whole = is_directory(store.path("whole"));
  mutable std::mutex mutex;  // guards everything below
  // The session begins with the first frame.
  std::optional<SessionDirectory> session;
  std::unique_ptr<PackWriter> current;
  std::vector<std::shared_ptr<const PackReader>> sealed;  // still under tmp/
  int files = 0;

  bool has(const ObjectId& id) const;
  void begin_pack();
  void seal();
};

bool FrameWriter::State::has(const ObjectId& id) const {
  if (current && current->contains(id)) return true;
  for (const auto& pack : sealed) {
    if (pack->find(id)) return true;
  }
  return false;
}

void FrameWriter::State::begin_pack() {
  if (!session) {
    store.ensure_layout();
    session.emplace(store.path("tmp"));
  }
  current = std::make_unique<PackWriter>(session->path_of(fmt::format("{}.pack", files++)));
}

void FrameWriter::State::seal() {
  const std::string path = current->seal().path;
  current.reset();
  sealed.push_back(PackReader::open(path));
}

FrameWriter::FrameWriter(ObjectStore& store) : state_(std::make_unique<State>(store)) {}
FrameWriter::~FrameWriter() = default;

bool FrameWriter::has(const ObjectId& id) const {
  if (state_->store.index.find(id)) return true;
  if (state_->look_for_whole && state_->store.has_whole(id)) return true;
  const std::lock_guard lock(state_->mutex);
  return state_->has(id);
}

bool FrameWriter::add(const FrameInfo& info, std::span<const std::byte> stored) {
  const std::lock_guard lock(state_->mutex);
  if (state_->has(info.id)) return false;
  if (!state_->current) state_->begin_pack();
  state_->current->append(info, stored);
  if (state_->current->is_full()) state_->seal();
  return true;
}

std::vector<ObjectId> FrameWriter::commit() {
  const std::lock_guard lock(state_->mutex);
  if (state_->current) state_->seal();
  if (state_->sealed.empty()) return {};
  std::vector<std::shared_ptr<const PackReader>> published;
  std::vector<ObjectId> ids;
  for (const auto& pack : state_->sealed) {
    const std::string path = state_->store.pack_path(pack->pack_id());
    if (beneath::rename(pack->path(), path) != 0) throw system_error("publish", path);
    published.push_back(PackReader::open(path));
    ids.push_back(pack->pack_id());
  }
  fsync_directory(state_->store.path("packs"));
  state_->sealed.clear();
  state_->store.index.add(published);
  return ids;
}

}  // namespace dvx
