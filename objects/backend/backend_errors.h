// What every backend says in the same words when the contract is not met.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace dvx {

Error absent_name(const std::string& url, const std::string& name);     // NotFound
Error range_past_end(const std::string& url, const std::string& name);  // Corruption: shorter than it must be
Error wrong_source_size(const std::string& name, std::uint64_t size);  // Internal: the caller promised `size`

}  // namespace dvx
