#include "core/verify/object_check.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "base/path.h"

namespace dvx {

namespace {

class CountingSink final : public Sink {
 public:
  void write(std::span<const std::byte> bytes) override {
    throw_if_interrupted();
    bytes_ += bytes.size();
  }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_ = 0;
};

}  // namespace

ObjectCheck::State ObjectCheck::state_of(const ObjectId& id, Result& result) {
  const auto [it, fresh] = known_.try_emplace(id, State::Good);
  if (!fresh) return it->second;
  CountingSink sink;
  try {
    store_.read(id, sink);
    ++result.objects;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::NotFound && error.kind() != ErrorKind::Corruption) throw;
    it->second = error.kind() == ErrorKind::NotFound ? State::Missing : State::Damaged;
  }
  result.bytes += sink.bytes();
  return it->second;
}

ObjectCheck::Result ObjectCheck::check(const DataRef& data, Progress& progress) {
  Result result;
  if (data.kind == DataKind::Tree) {
    check_tree({}, data.id, result, progress);
  } else if (const State state = state_of(data.id, result); state != State::Good) {
    result.faults.push_back({{}, data.id, state == State::Missing});
  }
  return result;
}

void ObjectCheck::check_tree(const std::string& path, const ObjectId& id, Result& result,
                             Progress& progress) {
  if (const State state = state_of(id, result); state != State::Good) {
    result.faults.push_back({path, id, state == State::Missing});
    return;
  }
  for (const TreeEntry& entry : store_.read_tree(id).entries()) {
    const std::string below = join_path(path, entry.name);
    if (entry.kind == EntryKind::Directory) {
      check_tree(below, entry.id, result, progress);
    } else if (const State state = state_of(entry.id, result); state != State::Good) {
      result.faults.push_back({below, entry.id, state == State::Missing});
    }
    progress.advance(1, entry.kind == EntryKind::Directory ? 0 : entry.size);
  }
}

}  // namespace dvx
