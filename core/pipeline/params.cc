#include "core/pipeline/params.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/nearest_word.h"
#include "base/path.h"
#include "core/formats/text/canonical_json.h"
#include "core/formats/text/values_file.h"

namespace dvx {
namespace {

// Every dotted key of the document, as many as are worth comparing with a slip.
void collect_keys(const nlohmann::json& node, const std::string& prefix, std::vector<std::string>& keys) {
  constexpr std::size_t kEnough = 2000;
  if (!node.is_object()) return;
  for (const auto& [name, value] : node.items()) {
    if (keys.size() >= kEnough) return;
    keys.push_back(prefix + name);
    collect_keys(value, keys.back() + ".", keys);
  }
}

[[noreturn]] void fail_with_missing_key(const nlohmann::json& document, const std::string& key,
                                        const std::string& path, const std::string& stage) {
  std::vector<std::string> keys;
  collect_keys(document, "", keys);
  const auto near = nearest_word(key, std::vector<std::string_view>(keys.begin(), keys.end()));
  throw Error{ErrorKind::NotFound,
              fmt::format("stage '{}': no param '{}' in '{}'", stage, key, display_path(path)),
              near ? fmt::format("did you mean '{}'?", *near)
                   : fmt::format("add '{}' to {}", key, display_path(path)),
              path};
}

const nlohmann::json* item_at(const nlohmann::json& list, std::string_view key) {
  const std::string_view digits = key.substr(0, key.find('.'));
  std::size_t position = 0;
  const auto [rest, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), position);
  const bool number = failure == std::errc() && rest == digits.data() + digits.size();
  if (!number || position >= list.size()) return nullptr;
  return digits.size() == key.size() ? &list[position]
                                     : find_param(list[position], key.substr(digits.size() + 1));
}

}  // namespace

nlohmann::json parse_params(std::string_view text, const std::string& path) {
  return yaml_to_json(parse_values(text, path));
}

const nlohmann::json* find_param(const nlohmann::json& document, std::string_view key) {
  if (document.is_array()) return item_at(document, key);
  if (!document.is_object()) return nullptr;
  // The longest name first: {"a.b": 1} has "a.b" even when there is an "a" too.
  for (std::size_t end = key.size();; end = key.rfind('.', end - 1)) {
    if (end == std::string_view::npos || end == 0) return nullptr;
    const auto field = document.find(std::string(key.substr(0, end)));
    if (field == document.end()) continue;
    if (end == key.size()) return &*field;
    if (const nlohmann::json* found = find_param(*field, key.substr(end + 1))) return found;
  }
}

nlohmann::json ParamsLookup::values_of(const Stage& stage) {
  nlohmann::json values = nlohmann::json::object();
  for (const StageParams& params : stage.params) {
    const nlohmann::json& file = document(params.file, stage.name);
    nlohmann::json& chosen = values[path_to_json_text(params.file)];
    chosen = params.keys.empty() ? file : nlohmann::json::object();
    for (const std::string& key : params.keys) {
      const nlohmann::json* value = find_param(file, key);
      if (value == nullptr) fail_with_missing_key(file, key, params.file, stage.name);
      chosen[key] = *value;
    }
  }
  return values;
}

const nlohmann::json& ParamsLookup::document(const std::string& path, const std::string& stage) {
  const auto known = documents_.find(path);
  if (known != documents_.end()) return known->second;
  const std::optional<std::string> text = read_(path);
  if (!text) {
    throw Error{ErrorKind::NotFound,
                fmt::format("stage '{}': params file '{}' is not there", stage, display_path(path)),
                fmt::format("touch {}", display_path(path)), path};
  }
  return documents_.emplace(path, parse_params(*text, path)).first->second;
}

}  // namespace dvx
