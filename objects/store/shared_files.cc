#include "objects/store/shared_files.h"

#include <fcntl.h>

#include <algorithm>
#include <utility>

#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/stream.h"
#include "objects/store/check_log.h"
#include "objects/store/quarantine.h"
#include "objects/store/store_impl.h"

namespace dvx {

namespace {

class SharedFiles {
 public:
  SharedFiles(ObjectStore& store, std::int64_t now_ns, Progress& progress)
      : store_(store), now_ns_(now_ns), progress_(progress), log_(store.directory()) {}

  SharedFilesCheck run() {
    const std::string whole = store_.impl().path("whole");
    progress_.begin("looking at linked files", 0, 0);
    for (const std::string& bucket : names_in_directory(whole)) {
      throw_if_interrupted();
      for (const std::string& name : names_in_directory(join_path(whole, bucket))) {
        if (const auto id = ObjectId::parse(bucket + name)) look_at(*id, "whole/" + bucket + "/" + name);
      }
    }
    progress_.end();
    log_.append(checked_);
    return std::move(result_);
  }

 private:
  void look_at(const ObjectId& id, const std::string& file) {
    const auto st = stat_if_exists(store_.impl().path(file));
    if (!st) return;
    ++result_.files;
    const Check now = check_of(CheckOf::WholeFile, id, *st, now_ns_);
    const Check* known = log_.find(CheckOf::WholeFile, id);
    const bool is_writable = (st->st_mode & 0222) != 0;
    if (known != nullptr && same_file(*known, now) && !is_writable) return;
    ++result_.read;
    progress_.advance(1, now.size);
    if (is_right(id)) {
      checked_.push_back(now);
    } else {
      result_.changed.push_back({id, file, st->st_dev, st->st_ino});
    }
  }

  bool is_right(const ObjectId& id) const {
    throw_if_interrupted();
    try {
      NullSink nowhere;
      store_.impl().read_whole(id, nowhere);
    } catch (const Error& e) {
      if (e.kind() == ErrorKind::NotFound) return true;  // it was moved away in the meantime
      if (e.kind() != ErrorKind::Corruption) throw;
      return false;
    }
    return true;
  }

  ObjectStore& store_;
  const std::int64_t now_ns_;
  Progress& progress_;
  const CheckLog log_;
  std::vector<Check> checked_;
  SharedFilesCheck result_;
};

}  // namespace

void note_links(ObjectStore& store) {
  store.impl().linked = true;
  try {
    store.impl().note_links();
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::Io)
      throw;  // a user who may only read makes links that nobody can write through
  }
}

SharedFilesCheck check_shared_files(ObjectStore& store, std::int64_t now_ns, Progress& progress) {
  if (!exists(store.impl().path("linked"))) return {};
  return SharedFiles(store, now_ns, progress).run();
}

std::string set_aside(ObjectStore& store, const ChangedFile& file) {
  const auto held = store.hold();
  return move_to_quarantine(store.directory(), file.file);
}

}  // namespace dvx
