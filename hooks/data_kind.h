// Whether a file is of a kind that holds data, by its name.
#pragma once

#include <string_view>

namespace dvx {

// ".csv", ".parquet", ".npy", … in any case, compressed or not ("x.csv.gz").
bool has_data_extension(std::string_view path);

}  // namespace dvx
