#include "core/formats/pipeline/variables.h"

#include <algorithm>
#include <charconv>

namespace dvx {

namespace {

using Kind = YamlNode::Kind;

const YamlNode* list_item(const YamlNode& list, std::string_view word) {
  std::ptrdiff_t position = 0;
  const auto [rest, failure] = std::from_chars(word.data(), word.data() + word.size(), position);
  if (failure != std::errc() || rest != word.data() + word.size()) return nullptr;
  const auto count = static_cast<std::ptrdiff_t>(list.items().size());
  if (position < 0) position += count;
  if (position < 0 || position >= count) return nullptr;
  return &list.items()[static_cast<std::size_t>(position)];
}

void collect(const YamlNode& node, const std::string& prefix, std::vector<std::string>& names) {
  constexpr std::size_t kEnough = 2000;
  for (const auto& [key, value] : node.fields()) {
    if (names.size() >= kEnough) return;
    names.push_back(prefix + key.scalar());
    if (value.kind() == Kind::Map) collect(value, names.back() + ".", names);
  }
}

}  // namespace

std::optional<Variables::Conflict> Variables::merge(const YamlNode& values, const std::string& source) {
  for (const auto& [key, value] : values.fields()) {
    const std::string& name = key.scalar();
    const auto same = [&](const auto& temporary) { return temporary.first == name; };
    if (std::ranges::any_of(temporary_, same)) return Conflict{name, "the stages of this group"};
    const auto [known, is_new] = positions_.emplace(name, root_.fields().size());
    if (is_new) {
      root_.add_field(key, value);
      sources_[name] = source;
      continue;
    }
    YamlNode& there = root_.field_at(known->second);
    if (there.kind() != Kind::Map || value.kind() != Kind::Map) return Conflict{name, source_of(name)};
    if (auto conflict = merge_into(there, value, name + ".", source)) return conflict;
  }
  return std::nullopt;
}

std::optional<Variables::Conflict> Variables::merge_into(YamlNode& into, const YamlNode& values,
                                                         const std::string& prefix,
                                                         const std::string& source) {
  for (const auto& [key, value] : values.fields()) {
    const std::string name = prefix + key.scalar();
    YamlNode* there = into.find(key.scalar());
    if (there == nullptr) {
      into.add_field(key, value);
      sources_[name] = source;
    } else if (there->kind() != Kind::Map || value.kind() != Kind::Map) {
      return Conflict{name, source_of(name)};
    } else if (auto conflict = merge_into(*there, value, name + ".", source)) {
      return conflict;
    }
  }
  return std::nullopt;
}

// What was merged as a whole is known by the name of the whole.
std::string Variables::source_of(std::string name) const {
  for (;;) {
    const auto found = sources_.find(name);
    if (found != sources_.end()) return found->second;
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos) return {};
    name.resize(dot);
  }
}

const YamlNode* Variables::find_first(const std::string& name) const {
  for (const auto& [word, value] : temporary_) {
    if (word == name) return value;
  }
  const auto found = positions_.find(name);
  return found == positions_.end() ? nullptr : &root_.fields()[found->second].second;
}

const YamlNode* Variables::find(const std::vector<std::string>& path) const {
  const YamlNode* node = path.empty() ? nullptr : find_first(path.front());
  for (std::size_t i = 1; i < path.size() && node != nullptr; ++i) {
    node = node->kind() == Kind::List ? list_item(*node, path[i]) : node->find(path[i]);
  }
  return node;
}

std::vector<std::string> Variables::names() const {
  std::vector<std::string> names;
  for (const auto& [word, value] : temporary_) {
    names.push_back(word);
    collect(*value, word + ".", names);
  }
  collect(root_, "", names);
  return names;
}

}  // namespace dvx
