// What a command that only looks did not ask: tools of stages, which are commands of dvx.yaml, and servers
// that stages name. Both came with the repository, so that only `dvx repro` and `dvx verify --rebuild` run
// and ask them. A command that looks takes what dvx.lock has for their answer, and says so.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace dvx {

enum class OutsideKind { Tool, Url };

struct Unasked {
  OutsideKind kind = OutsideKind::Tool;
  std::string what;                     // the command, or the URL
  std::optional<std::string> recorded;  // the answer in dvx.lock that was taken for its own

  friend bool operator==(const Unasked&, const Unasked&) = default;
};

// Stands in a key for an answer that nobody knows.
inline constexpr const char* kNotAsked = "not asked";

// "tool 'python3 --version': not asked, taken as recorded: Python 3.11.2"
std::string describe(const Unasked& unasked);
// The same of several stages: each thing once, a line each, after a heading. "" when there are none.
std::string unasked_text(const std::vector<std::vector<Unasked>>& by_stage);
// [{"kind": "tool", "what": "python3 --version", "recorded": "Python 3.11.2"}]
nlohmann::json unasked_json(const std::vector<Unasked>& unasked);

}  // namespace dvx
