// Schemas: what a data file must look like, and the verdict on one file (docs/schema.md).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/repo/repository.h"

namespace dvx {

struct SchemaViolation {
  std::string path{};                   // data file, from the root
  std::optional<std::uint64_t> line{};  // 1-based line of a text file, header included
  std::optional<std::uint64_t> row{};   // 1-based data row
  std::string field{};                  // column, or ""
  std::string rule{};                   // "maximum", "type", …
  std::string value{};                  // what was found
  std::string message{};                // "must be at most 16"
};

struct SchemaVerdict {
  std::string path, schema;  // from the root
  ObjectId schema_id;
  bool valid = true;
  std::uint64_t violation_count = 0;
  std::vector<SchemaViolation> violations;  // the first 20
  bool from_cache = false;
};

struct SchemaCheckRequest {
  std::string path;            // data file or directory of files, from the root
  std::string schema;          // schema file, from the root
  std::optional<ObjectId> id;  // of the data, when known: makes the verdict cacheable
};

// Checks in parallel where it pays. Config for a schema that does not parse or names an unknown rule;
// NotFound when the engine cannot be loaded (never a pass).
std::vector<SchemaVerdict> check_schemas(Repository& repository,
                                         const std::vector<SchemaCheckRequest>& requests);

// "data/x.csv:17: column 'age': maximum: 214 must be at most 120"; "data/x.parquet: row 16: …" where there
// are no lines
std::string describe(const SchemaViolation& violation);

}  // namespace dvx
