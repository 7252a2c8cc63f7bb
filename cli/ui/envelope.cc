#include "cli/ui/envelope.h"

#include "base/display.h"

namespace dvx {

std::string envelope(const std::string& command, const Outcome& outcome) {
  nlohmann::ordered_json errors = nlohmann::ordered_json::array();
  for (const Error& error : outcome.errors) {
    errors.push_back({{"code", error_name(error.kind())},
                      {"message", error.message()},
                      {"hint", error.hint()},
                      {"path", error.path()}});
  }
  nlohmann::ordered_json document;
  document["dvx"] = 1;
  document["command"] = command;
  document["ok"] = outcome.exit == 0;
  document["exit"] = outcome.exit;
  document["data"] = outcome.data;
  document["warnings"] = outcome.warnings;
  document["errors"] = std::move(errors);
  if (!outcome.hint.empty()) document["hint"] = outcome.hint;
  return display_json(document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)) + "\n";
}

}  // namespace dvx
