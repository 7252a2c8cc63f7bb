#include "core/pipeline/same_input.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/path.h"
#include "core/formats/stage_key.h"

namespace dvx {

namespace {

// A command may have many lines.
std::string first_line(const std::string& text) {
  const std::size_t end = text.find('\n');
  return end == std::string::npos ? text : text.substr(0, end) + " …";
}

}  // namespace

// A key that is compared with nothing differs in all that it has.
std::vector<StaleReason> key_parts(const nlohmann::json& key_fields) {
  std::vector<StaleReason> parts = compare_keys(nlohmann::json::object(), key_fields);
  std::erase_if(parts, [](const StaleReason& part) {
    const bool is_of_the_root = part.kind == ReasonKind::WorkingDirectory && part.new_value.empty();
    return is_of_the_root || part.kind == ReasonKind::KeyVersion || part.kind == ReasonKind::OutputFlags;
  });
  return parts;
}

std::vector<StaleReason> output_parts(const LockedStage& locked) {
  std::vector<StaleReason> parts;
  for (const LockedPath& out : locked.outs)
    parts.push_back({ReasonKind::OutputModified, out.path, {}, {}, key_content(out.data)});
  return parts;
}

std::string describe_same(const StaleReason& part) {
  const std::string what = display_path(part.what);
  switch (part.kind) {
    case ReasonKind::Command:
      return fmt::format("command: the same, {}", first_line(part.new_value));
    case ReasonKind::WorkingDirectory:
      return fmt::format("wdir: the same, {}", part.new_value);
    case ReasonKind::Shell:
      return fmt::format("shell: still {}", part.new_value);
    case ReasonKind::Dependency:
      return fmt::format("dependency {}: same content, {}", what, short_content(part.new_value));
    case ReasonKind::Import:
      return fmt::format("import {}: same content, {}", what, short_content(part.new_value));
    case ReasonKind::Param:
      return fmt::format("param {}:{}: still {}", display_path(part.file), what, part.new_value);
    case ReasonKind::Environment:
      return fmt::format("env {}: still {}", what, part.new_value);
    case ReasonKind::Tool:
      return fmt::format("tool '{}': still {}", what, first_line(part.new_value));
    case ReasonKind::Url:
      return fmt::format("{}: still {}", what, part.new_value);
    case ReasonKind::NeededStage:
      return fmt::format("stage {}: gave the same, {}", what, short_content(part.new_value));
    case ReasonKind::Each:
      return fmt::format("each: {}: still {}", what, part.new_value);
    case ReasonKind::Sandbox:
      return "sandbox: still so";
    case ReasonKind::OutputModified:
      return fmt::format("output {}: as recorded, {}", what, short_content(part.new_value));
    default:
      return describe(part);
  }
}

}  // namespace dvx
