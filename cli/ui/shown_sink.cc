#include "cli/ui/shown_sink.h"

#include <algorithm>

#include "cli/ui/shown.h"

namespace dvx {

namespace {

// Returns how many bytes at the end begin a UTF-8 sequence that continues in the next piece.
std::size_t unfinished_tail(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(3, text.size()); ++length) {
    const auto byte = static_cast<unsigned char>(text[text.size() - length]);
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const std::size_t whole = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length < whole ? length : 0;
  }
  return 0;
}

}  // namespace

void ShownSink::write(std::span<const std::byte> bytes) {
  begun_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t whole = begun_.size() - unfinished_tail(begun_);
  terminal_.write(as_bytes(Shown::lines(std::string_view(begun_).substr(0, whole)).string()));
  begun_.erase(0, whole);
}

void ShownSink::finish() {
  terminal_.write(as_bytes(Shown::lines(begun_).string()));
  begun_.clear();
}

}  // namespace dvx
