// Variables of dvx.yaml: what "${…}" can name. Maps are merged into one; nothing is defined twice.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/formats/text/yaml.h"

namespace dvx {

class Variables {
 public:
  struct Conflict {
    std::string name;    // "train.lr"
    std::string source;  // of the value that is there already
  };

  // `values` is a map; `source` says in messages where it is from. At the first conflict the rest is left.
  std::optional<Conflict> merge(const YamlNode& values, const std::string& source);

  // The value that an expression names, or null. List items are counted from 0, or from the end by -1.
  const YamlNode* find(const std::vector<std::string>& path) const;
  bool has(const std::string& name) const { return find({name}) != nullptr; }
  // Dotted names of everything, as many as are worth comparing with a slip.
  std::vector<std::string> names() const;

  // `item` and `key` of a generated stage: they come before all others and cannot be merged into. The nodes
  // outlive their use.
  void set_temporary(std::vector<std::pair<std::string, const YamlNode*>> values) {
    temporary_ = std::move(values);
  }

  // Files and the keys taken from them; no keys: all of the file. For whoever loads (variable_files.h).
  std::map<std::string, std::vector<std::string>> loaded;

 private:
  std::optional<Conflict> merge_into(YamlNode& into, const YamlNode& values, const std::string& prefix,
                                     const std::string& source);
  const YamlNode* find_first(const std::string& name) const;
  std::string source_of(std::string name) const;

  YamlNode root_ = YamlNode::make_map({});
  std::unordered_map<std::string, std::size_t> positions_;  // of the fields of root_
  std::map<std::string, std::string> sources_;              // of what was merged, by dotted name
  std::vector<std::pair<std::string, const YamlNode*>> temporary_;
};

}  // namespace dvx
