// dvx.lock: what each stage last ran with and gave (docs/formats/lock.md). Sorted JSON, one dependency or
// output a line. Written whole and atomically; several `dvx repro` merge their own stages under a kernel
// lock.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/data_ref.h"
#include "core/formats/text/json_value.h"

namespace dvx {

struct LockedPath {
  std::string path;  // relative to the root
  DataRef data;
};

struct LockedStage {
  ObjectId key;  // SHA-256 of the canonical key
  ObjectId run;  // id of the run record
  std::vector<std::string> commands;
  std::vector<LockedPath> deps, outs;  // sorted by path
  JsonValue params;                    // {"params.yaml": {"train.epochs": 5}}
  JsonValue environment;               // {"env": {…}, "tools": {"python3 --version": "Python 3.11.2"}}
};

struct LockFile {
  std::map<std::string, LockedStage> stages;
};

LockFile parse_lock(std::string_view text, const std::string& name_for_errors);
std::string serialize_lock(const LockFile& lock);

}  // namespace dvx
