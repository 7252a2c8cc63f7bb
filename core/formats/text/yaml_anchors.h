// Anchors ('&name') of a YAML text, and the values that its aliases ('*name') stand for. What aliases make of
// a text is bounded: neither a cycle nor a text of a few lines that means billions of values gets through.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/formats/text/yaml.h"

namespace dvx {

class YamlAnchors {
 public:
  struct Value {
    YamlNode node;           // all of it is shared
    std::size_t height = 0;  // levels of lists and maps; of a scalar 0
    std::size_t cost = 0;    // of one more copy
  };

  // '&name' was read, its value comes next.
  void open(const std::string& name);
  // The value of '&name', whole. False: too much for one text.
  [[nodiscard]] bool define(const std::string& name, const YamlNode& value);

  enum class Standing { Usable, Inside, Unknown, TooMuch };
  // Counts one more copy when it is usable; Inside: '*name' stands in the value of '&name' itself.
  Standing use(const std::string& name);
  const Value& value(const std::string& name) const { return values_.at(name); }  // of a usable one

  bool any_used() const { return !used_.empty(); }
  // Whether the text of `node` is the value of an anchor that some alias names.
  bool is_used(const YamlNode& node) const {
    return used_.contains({node.begin().offset, node.end().offset});
  }

 private:
  bool spend(std::size_t cost);

  std::multiset<std::string> open_;
  std::map<std::string, Value> values_;                                // of each name the last one
  std::map<std::string, std::pair<std::size_t, std::size_t>> places_;  // begin and end of what was defined
  std::set<std::pair<std::size_t, std::size_t>> used_;
  std::size_t spent_ = 0;
};

}  // namespace dvx
