#include "core/formats/pipeline/stage_demands.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/quantity.h"

namespace dvx {

namespace {

using Kind = YamlNode::Kind;

class DemandsReader {
 public:
  DemandsReader(const std::string& file, const std::string& stage) : file_(file), stage_(stage) {}

  StageDemands read(const YamlNode& body) const {
    StageDemands demands;
    if (const YamlNode* node = body.find("resources")) read_resources(*node, demands);
    if (const YamlNode* node = body.find("mutex")) demands.mutexes = names(*node);
    if (const YamlNode* node = body.find("timeout")) demands.timeout = duration(*node);
    if (const YamlNode* node = body.find("retries")) demands.retries = count(*node, "retries", 0, 1000);
    return demands;
  }

 private:
  [[noreturn]] void fail(const YamlNode& node, const std::string& message,
                         const std::string& hint = {}) const {
    yaml_error(node, file_, fmt::format("stage '{}': {}", stage_, message), hint);
  }

  void read_resources(const YamlNode& node, StageDemands& demands) const {
    if (node.kind() != Kind::Map)
      fail(node, fmt::format("'resources' must be a map, not {}", node.kind_name()), "resources: {cpus: 4}");
    yaml_known_fields(node, file_, {"cpus", "memory", "gpus"});
    if (const YamlNode* cpus = node.find("cpus")) demands.cpus = count(*cpus, "cpus", 1, 1'000'000);
    if (const YamlNode* gpus = node.find("gpus")) demands.gpus = count(*gpus, "gpus", 0, 1'000'000);
    if (const YamlNode* memory = node.find("memory")) demands.memory = size(*memory);
  }

  std::size_t count(const YamlNode& node, std::string_view what, std::size_t least, std::size_t most) const {
    std::size_t value = 0;
    const std::string& text = node.scalar();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = node.kind() == Kind::Int && error == std::errc() && end == text.data() + text.size();
    if (!whole || value < least || value > most)
      fail(node, fmt::format("'{}' must be a whole number, {} to {}", what, least, most));
    return value;
  }

  std::uint64_t size(const YamlNode& node) const {
    const bool scalar = node.kind() == Kind::Int || node.kind() == Kind::String;
    const auto bytes = scalar ? parse_size(node.scalar()) : std::nullopt;
    if (!bytes) fail(node, "'memory' must be a size", "memory: 8G");
    return *bytes;
  }

  std::chrono::milliseconds duration(const YamlNode& node) const {
    const bool scalar = node.kind() == Kind::Int || node.kind() == Kind::Float || node.kind() == Kind::String;
    const auto time = scalar ? parse_duration(node.scalar()) : std::nullopt;
    if (!time) fail(node, "'timeout' must be a time", "timeout: 90s, 10m or 1h30m");
    return *time;
  }

  std::vector<std::string> names(const YamlNode& node) const {
    std::vector<std::string> found;
    const auto add = [&](const YamlNode& name) {
      if (name.kind() != Kind::String || name.scalar().empty())
        fail(name, "'mutex' must be a name or a list of names", "mutex: database");
      found.push_back(name.scalar());
    };
    if (node.kind() == Kind::List) {
      for (const YamlNode& item : node.items()) add(item);
    } else {
      add(node);
    }
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

  const std::string& file_;
  const std::string& stage_;
};

}  // namespace

StageDemands read_stage_demands(const YamlNode& body, const std::string& file, const std::string& stage) {
  return DemandsReader(file, stage).read(body);
}

}  // namespace dvx
