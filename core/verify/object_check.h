// Reads recorded data in full from the store and names what is missing or damaged. Each object is read once
// in the life of a check, however often it is recorded.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/progress.h"
#include "core/formats/data_ref.h"
#include "objects/store/object_store.h"

namespace dvx {

class ObjectCheck {
 public:
  struct Fault {
    std::string path;  // inside of the data, "" for the data itself
    ObjectId id;
    bool missing = false;  // else damaged
  };
  struct Result {
    std::uint64_t objects = 0, bytes = 0;  // read now
    std::vector<Fault> faults;             // in the order of paths
  };

  explicit ObjectCheck(const ObjectStore& store) : store_(store) {}
  Result check(const DataRef& data, Progress& progress);

 private:
  enum class State : std::uint8_t { Good, Missing, Damaged };
  State state_of(const ObjectId& id, Result& result);
  void check_tree(const std::string& path, const ObjectId& id, Result& result, Progress& progress);

  const ObjectStore& store_;
  std::unordered_map<ObjectId, State> known_;
};

}  // namespace dvx
