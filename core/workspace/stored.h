// Whether data is in the store with everything that belongs to it.
#pragma once

#include "core/formats/data_ref.h"
#include "objects/store/object_store.h"

namespace dvx {

bool stored_whole(const ObjectStore& store, const DataRef& data);

}  // namespace dvx
