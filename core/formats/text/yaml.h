// YAML as dvx accepts it: no tags, duplicate keys or several documents; every node knows where it stands, so
// that messages can point at it and edits can splice the user's text. An alias is read as the value it names,
// a merge key as the fields it brings: what came that way stands where it is written, the whole of an alias
// where the alias is.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace dvx {

struct TextPosition {
  std::size_t line = 1, column = 1;  // from 1, columns in code points
  std::size_t offset = 0;            // bytes from the start
};

class YamlNode {
 public:
  enum class Kind { Null, Bool, Int, Float, String, List, Map };

  Kind kind() const { return kind_; }
  std::string_view kind_name() const;                            // "a string", "a list", … for messages
  const std::string& scalar() const { return scalar_; }          // as written, unquoted
  bool is_plain() const { return plain_; }                       // an unquoted scalar
  const std::vector<YamlNode>& items() const { return items_; }  // of a list
  const std::vector<std::pair<YamlNode, YamlNode>>& fields() const { return fields_; }  // of a map, in order
  const YamlNode* find(std::string_view key) const;                                     // in a map, or null
  TextPosition begin() const { return begin_; }
  TextPosition end() const { return end_; }
  // Several places of the text mean these bytes, by an anchor and its aliases: no edit may touch them.
  bool is_shared() const { return shared_; }
  void mark_shared();  // all of it

  // Nodes that no YAML text has: of other formats, or standing for what a text says in other words.
  static YamlNode make_scalar(Kind kind, std::string text);
  static YamlNode make_list(std::vector<YamlNode> items);
  static YamlNode make_map(std::vector<std::pair<YamlNode, YamlNode>> fields);  // names differ
  // The same value with everything in it at the place of `other`.
  YamlNode placed_at(const YamlNode& other) const;
  YamlNode&& standing_at(const YamlNode& other) &&;  // the node alone
  YamlNode* find(std::string_view key);
  YamlNode& field_at(std::size_t position) { return fields_.at(position).second; }  // of a map
  void add_field(YamlNode key, YamlNode value) {  // to a map that does not have it
    fields_.emplace_back(std::move(key), std::move(value));
  }

 private:
  friend class YamlParser;
  Kind kind_ = Kind::Null;
  bool plain_ = true, shared_ = false;
  std::string scalar_;
  std::vector<YamlNode> items_;
  std::vector<std::pair<YamlNode, YamlNode>> fields_;
  TextPosition begin_, end_;
};

// Error{Config} "name:line:column: what is wrong". An empty document is a Null node. YAML 1.2 core schema.
YamlNode parse_yaml(std::string_view text, const std::string& name);

// Checks on the way from nodes to structs; each throws Error{Config} pointing at the node.
[[noreturn]] void yaml_error(const YamlNode& node, const std::string& name, const std::string& message,
                             const std::string& hint = {});
// Refuses to edit within what several places of the text share.
void yaml_refuse_shared(const YamlNode& node, const std::string& name, std::string_view what);
const std::string& yaml_string(const YamlNode& node, const std::string& name, std::string_view what);
bool yaml_bool(const YamlNode& node, const std::string& name, std::string_view what);
// Refuses keys that are not in `known`, with "did you mean".
void yaml_known_fields(const YamlNode& map, const std::string& name,
                       const std::vector<std::string_view>& known);

nlohmann::json yaml_to_json(const YamlNode& node);

// `text` (UTF-8, without NUL) as a scalar for new text: plain where every reader takes it as this string,
// else in double quotes.
std::string yaml_scalar(std::string_view text);

}  // namespace dvx
