// A stream of text on its way to a terminal: what the terminal would obey is escaped (base/display.h), save
// line feeds and tabs.
#pragma once

#include <string>

#include "base/stream.h"

namespace dvx {

class ShownSink final : public Sink {
 public:
  explicit ShownSink(Sink& terminal) : terminal_(terminal) {}

  void write(std::span<const std::byte> bytes) override;
  void finish();  // the text is over: writes a sequence that it breaks off

 private:
  Sink& terminal_;
  std::string begun_;  // the first bytes of a UTF-8 sequence that a piece ended in
};

}  // namespace dvx
