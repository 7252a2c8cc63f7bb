#include "hooks/data_kind.h"

#include <algorithm>
#include <string>

#include "base/path.h"

namespace dvx {

namespace {

// Extensions of data sets, arrays and models. Text formats that source code is made of are not among them.
constexpr std::string_view kDataExtensions[] = {
    ".7z",  ".arrow",    ".avro",   ".bin",  ".bz2",    ".csv",   ".db",          ".feather",
    ".ftr", ".gz",       ".h5",     ".hdf5", ".joblib", ".jsonl", ".keras",       ".mat",
    ".mp4", ".nc",       ".ndjson", ".npy",  ".npz",    ".onnx",  ".orc",         ".parquet",
    ".pb",  ".pickle",   ".pkl",    ".pt",   ".pth",    ".rds",   ".safetensors", ".sqlite",
    ".tar", ".tfrecord", ".tflite", ".tgz",  ".tif",    ".tiff",  ".tsv",         ".wav",
    ".xls", ".xlsx",     ".xz",     ".zarr", ".zip",    ".zst",
};

}  // namespace

bool has_data_extension(std::string_view path) {
  std::string lower(extension(path));
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::ranges::find(kDataExtensions, lower) != std::end(kDataExtensions);
}

}  // namespace dvx
