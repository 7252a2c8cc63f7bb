// "${…}" in a node of dvx.yaml replaced by the values of variables.
#pragma once

#include <string>
#include <string_view>

#include "core/formats/pipeline/variables.h"
#include "core/formats/text/value_text.h"
#include "core/formats/text/yaml.h"

namespace dvx {

// Where an expression may stand for a list or a map.
enum class Composite {
  Refused,
  Unpacked,  // a map becomes the arguments of a command
  Allowed,   // of what stages are generated from
};

class Interpolation {
 public:
  // `text` and `file` are those of the node, for messages; `stage` is "" outside of stages.
  Interpolation(std::string_view text, const std::string& file, const Variables& variables,
                const UnpackRules& unpack, std::string stage)
      : text_(text), file_(file), variables_(variables), unpack_(unpack), stage_(std::move(stage)) {}

  // Names of maps too. An expression alone becomes the value with its type; beside other text, its text.
  // Everything stands where the template stood. Error{Config} at the expression: what it names is not there,
  // or cannot stand here.
  YamlNode resolve(const YamlNode& node, Composite composite) const;

 private:
  YamlNode resolve_text(const YamlNode& node, Composite composite) const;
  const YamlNode& value_of(const YamlNode& node, std::string_view inner, Composite composite) const;
  std::string as_text(const YamlNode& node, std::string_view inner, const YamlNode& value) const;
  [[noreturn]] void fail(const YamlNode& node, std::string_view inner, const std::string& message,
                         const std::string& hint = {}) const;
  [[noreturn]] void fail_with_unknown(const YamlNode& node, std::string_view inner) const;

  std::string_view text_;
  const std::string& file_;
  const Variables& variables_;
  const UnpackRules& unpack_;
  std::string stage_;
};

// Whether anything in the node is a template.
bool has_template(const YamlNode& node);

}  // namespace dvx
