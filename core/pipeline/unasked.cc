#include "core/pipeline/unasked.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/path.h"

namespace dvx {

namespace {

constexpr std::size_t kNamed = 10;

std::string subject(const Unasked& unasked) {
  const std::string what = display_path(unasked.what);
  return unasked.kind == OutsideKind::Tool ? fmt::format("tool '{}'", what) : what;
}

}  // namespace

std::string describe(const Unasked& unasked) {
  if (!unasked.recorded) return fmt::format("{}: {}, nothing is recorded", subject(unasked), kNotAsked);
  return fmt::format("{}: {}, taken as recorded: {}", subject(unasked), kNotAsked,
                     display_path(*unasked.recorded));
}

std::string unasked_text(const std::vector<std::vector<Unasked>>& by_stage) {
  std::set<std::string> subjects;
  for (const auto& stage : by_stage) {
    for (const Unasked& each : stage) subjects.insert(subject(each));
  }
  if (subjects.empty()) return {};
  std::string text = fmt::format("{} (dvx repro asks; until then what is recorded counts):\n", kNotAsked);
  std::size_t named = 0;
  for (const std::string& each : subjects) {
    if (named++ == kNamed) break;
    text += fmt::format("  {}\n", each);
  }
  if (subjects.size() > kNamed) text += fmt::format("  and {} more\n", subjects.size() - kNamed);
  return text;
}

nlohmann::json unasked_json(const std::vector<Unasked>& unasked) {
  nlohmann::json list = nlohmann::json::array();
  for (const Unasked& each : unasked) {
    nlohmann::json json = {{"kind", each.kind == OutsideKind::Tool ? "tool" : "url"}, {"what", each.what}};
    if (each.recorded) json["recorded"] = *each.recorded;
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace dvx
