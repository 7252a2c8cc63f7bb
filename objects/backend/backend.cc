#include "objects/backend/backend.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/limits.h"

namespace dvx {

namespace {
bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool is_component(std::string_view component) {
  return !component.empty() && component.front() != '.' &&
         std::all_of(component.begin(), component.end(), is_name_character);
}
}  // namespace

void check_backend_name(std::string_view name) {
  std::string_view rest = name;
  for (;;) {
    const auto slash = rest.find('/');
    if (!is_component(rest.substr(0, slash))) {
      throw Error(ErrorKind::Internal, fmt::format("'{}' is not a name of a remote", name));
    }
    if (slash == std::string_view::npos) return;
    rest.remove_prefix(slash + 1);
  }
}

namespace {
// Stops a read when the remote sends more than the limit, or sends without end.
class BoundedSink final : public Sink {
 public:
  explicit BoundedSink(std::string name) : name_(std::move(name)) {}
  void write(std::span<const std::byte> bytes) override {
    if (bytes.size() > limits::kTextBytes - size_) {
      throw Error(ErrorKind::Corruption,
                  fmt::format("'{}' on the remote is larger than {} bytes and is not read", name_,
                              limits::kTextBytes),
                  {}, name_);
    }
    size_ += bytes.size();
    text_.write(bytes);
  }
  std::string take() { return text_.take(); }

 private:
  std::string name_;
  std::uint64_t size_ = 0;
  StringSink text_;
};
}  // namespace

std::string read_all(Backend& backend, const std::string& name) {
  BoundedSink sink(name);
  backend.read(name, 0, std::nullopt, sink);
  return sink.take();
}

void write_all(Backend& backend, const std::string& name, std::string_view bytes) {
  StringSource source(bytes);
  backend.write(name, source, bytes.size());
}

}  // namespace dvx
