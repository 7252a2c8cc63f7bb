// Which runs of one remote's lists have come here with all that they made, so that the next fetch need not
// read a hundred thousand records to find that nothing is new.
//
// A file of sorted ids with their hash, beside the lists. Only a note: lost, the records are read once more.
#pragma once

#include <string>
#include <vector>

#include "objects/model/object_id.h"

namespace dvx {

class FetchedRuns {
 public:
  explicit FetchedRuns(const std::string& remote_cache);
  const std::vector<ObjectId>& ids() const { return ids_; }  // sorted
  // `ids`, in any order, from now on.
  void replace(std::vector<ObjectId> ids);

 private:
  std::string path_;
  std::vector<ObjectId> ids_;
};

}  // namespace dvx
