// A stream of text to a terminal. Characters that the terminal would obey are escaped (base/display.h),
// except line feeds and tabs.
#pragma once

#include <string>

#include "base/stream.h"

namespace dvx {

class ShownSink final : public Sink {
 public:
  explicit ShownSink(Sink& terminal) : terminal_(terminal) {}

  void write(std::span<const std::byte> bytes) override;
  // Ends the text, and writes the start of a sequence that the text breaks off.
  void finish();

 private:
  Sink& terminal_;
  // The first bytes of a UTF-8 sequence in which the last piece ended.
  std::string begun_;
};

}  // namespace dvx
