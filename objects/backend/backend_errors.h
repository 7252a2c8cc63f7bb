// The errors of a broken contract, which all backends report in the same words.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace dvx {

// Makes an Error{NotFound}.
Error absent_name(const std::string& url, const std::string& name);
// Makes an Error{Corruption}: the bytes are shorter than they must be.
Error range_past_end(const std::string& url, const std::string& name);
// Makes an Error{Internal}: the caller promised `size` bytes.
Error wrong_source_size(const std::string& name, std::uint64_t size);

}  // namespace dvx
