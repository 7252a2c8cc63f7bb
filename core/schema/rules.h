// The rules of one field as SQL conditions. Pure: builds text, asks nobody.
#pragma once

#include <string>
#include <vector>

#include "core/schema/schema_file.h"

namespace dvx {

// How a field's cells are called in the query that judges them.
struct CellSql {
  std::string text;   // VARCHAR as written; NULL when missing
  std::string typed;  // as the field's type compares; NULL when missing or not of the type
};

struct RowRule {
  std::string rule;       // "maximum"
  std::string condition;  // BOOLEAN, true for a row that violates it
  std::string message;    // "must be at most 16"
};

enum class CellKind {
  Text,   // of a text file: may be of another type than it should
  Typed,  // of a typed file whose column was found to have the field's type
};

std::vector<RowRule> row_rules(const SchemaField& field, const CellSql& cell, CellKind kind);

}  // namespace dvx
