#include "objects/backend/backend.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

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

std::string read_all(Backend& backend, const std::string& name) {
  StringSink sink;
  backend.read(name, 0, std::nullopt, sink);
  return sink.take();
}

void write_all(Backend& backend, const std::string& name, std::string_view bytes) {
  StringSource source(bytes);
  backend.write(name, source, bytes.size());
}

}  // namespace dvx
