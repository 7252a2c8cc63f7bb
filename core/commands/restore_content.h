// `dvx restore --source tree:ID PATH`: brings content that is named by its id, and no longer by any path, to
// a path of the workspace.
#pragma once

#include <string>

#include "base/progress.h"
#include "core/formats/data_ref.h"
#include "core/repo/repository.h"
#include "core/workspace/checkout.h"

namespace dvx {

struct ContentToRestore {
  DataRef content;   // as parse_key_content() gives it
  std::string path;  // as typed
  Overwrite overwrite = Overwrite::StoredOnly;
};

// NotFound when the store does not have all of it.
CheckoutReport restore_content(Repository& repository, const ContentToRestore& wanted, Progress& progress);

}  // namespace dvx
