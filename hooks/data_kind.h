// Tells from the name of a file whether it is of a kind that holds data.
#pragma once

#include <string_view>

namespace dvx {

// Recognizes ".csv", ".parquet", ".npy" and the like, in upper or lower case, and compressed ("x.csv.gz") or
// not.
bool has_data_extension(std::string_view path);

}  // namespace dvx
