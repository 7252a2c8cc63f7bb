// A checkout into directories that their owner may not write to. Commands make such outputs (`chmod -R a-w
// out`), and what a command may make anew, a checkout can bring back.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace dvx {

// Gives directories back the mode that they had, when it ends; those that are gone by then are passed over.
class WritableForNow {
 public:
  WritableForNow() = default;
  ~WritableForNow();
  WritableForNow(const WritableForNow&) = delete;
  WritableForNow& operator=(const WritableForNow&) = delete;

  // Makes the directory writable for its owner when it is not. Where that fails, the first change in the
  // directory fails too and is reported then.
  void open(const std::string& directory);

 private:
  std::vector<std::pair<std::string, mode_t>> modes_;
};

}  // namespace dvx
