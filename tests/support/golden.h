// Golden files: the bytes of every format as they are on disk. DVX_ACCEPT=1 rewrites them, on purpose only.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/file.h"
#include "base/path.h"

namespace dvx {

inline std::string golden_path(const std::string& name) {
  return join_path(DVX_GOLDEN_DIR, name);
}
inline std::string read_golden(const std::string& name) {
  return read_file(golden_path(name));
}

inline void expect_golden(const std::string& name, const std::string& bytes) {
  if (std::getenv("DVX_ACCEPT") != nullptr) {
    make_directories(parent_path(golden_path(name)));
    write_file_atomically(golden_path(name), bytes);
  }
  EXPECT_TRUE(read_golden(name) == bytes) << name << " is not what is written today";
}

}  // namespace dvx
