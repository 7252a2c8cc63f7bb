// `dvx schema infer`: a schema that a data file meets, to be looked over and kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/progress.h"
#include "core/repo/repository.h"
#include "core/schema/csv_table.h"

namespace dvx {

struct SchemaInferOptions {
  std::string path;               // from the root
  std::optional<char> delimiter;  // nullopt: by extension
  CsvHeader header = CsvHeader::Present;
};

struct SchemaInferReport {
  std::string text;  // of the schema file
  std::uint64_t rows = 0, fields = 0;
};

SchemaInferReport schema_infer(Repository& repository, const SchemaInferOptions& options, Progress& progress);

}  // namespace dvx
