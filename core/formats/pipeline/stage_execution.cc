#include "core/formats/pipeline/stage_execution.h"

#include <fmt/format.h>

#include <algorithm>

namespace dvx {

namespace {

using Kind = YamlNode::Kind;

class ExecutionReader {
 public:
  ExecutionReader(const std::string& file, const std::string& stage) : file_(file), stage_(stage) {}

  StageExecution read(const YamlNode& body) const {
    StageExecution execution;
    if (const YamlNode* node = body.find("executor")) execution.executor = executor(*node);
    if (const YamlNode* node = body.find("sandbox")) execution.sandbox = boolean(*node, "sandbox");
    if (const YamlNode* node = body.find("trace")) execution.trace = trace(*node);
    if (const YamlNode* node = body.find("imports")) execution.imports = boolean(*node, "imports");
    return execution;
  }

 private:
  [[noreturn]] void fail(const YamlNode& node, const std::string& message,
                         const std::string& hint = {}) const {
    yaml_error(node, file_, fmt::format("stage '{}': {}", stage_, message), hint);
  }

  bool boolean(const YamlNode& node, std::string_view what) const {
    if (node.kind() != Kind::Bool)
      fail(node, fmt::format("'{}' must be true or false, not {}", what, node.kind_name()));
    return node.scalar()[0] == 't' || node.scalar()[0] == 'T';
  }

  std::string executor(const YamlNode& node) const {
    const bool is_known =
        node.kind() == Kind::String && (node.scalar() == "local" || node.scalar() == "slurm");
    if (!is_known) fail(node, "'executor' must be 'local' or 'slurm'");
    return node.scalar();
  }

  Trace trace(const YamlNode& node) const {
    if (node.kind() == Kind::String && node.scalar() == "warn") return Trace::Warn;
    if (node.kind() == Kind::String && node.scalar() == "enforce") return Trace::Enforce;
    if (node.kind() == Kind::Bool && !boolean(node, "trace")) return Trace::Off;
    fail(node, "'trace' must be 'warn' or 'enforce'");
  }

  const std::string& file_;
  const std::string& stage_;
};

}  // namespace

std::string read_shell(const YamlNode& node, const std::string& file) {
  const auto fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  const std::string& name = node.scalar();
  const bool is_name = node.kind() == Kind::String && !name.empty() && name[0] != '-' && name[0] != '.' &&
                       std::ranges::all_of(name, fine);
  if (!is_name) yaml_error(node, file, "'shell' must be the name of a shell", "shell: bash");
  return name == "sh" ? "" : name;
}

StageExecution read_stage_execution(const YamlNode& body, const std::string& file, const std::string& stage) {
  return ExecutionReader(file, stage).read(body);
}

}  // namespace dvx
