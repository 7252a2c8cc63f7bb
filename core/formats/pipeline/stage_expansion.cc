#include "core/formats/pipeline/stage_expansion.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/path.h"
#include "core/formats/pipeline/interpolation.h"
#include "core/formats/pipeline/template_text.h"
#include "core/formats/text/value_text.h"

namespace dvx {

namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t kMostStages = 100'000;  // of one matrix; beyond is a slip

bool is_expansion_field(std::string_view name) {
  return name == "foreach" || name == "do" || name == "matrix";
}

// Whether the item at `position` of a list is the value of a variable.
bool is_variable(const YamlNode& written, std::size_t position) {
  return written.kind() == Kind::String || written.items()[position].kind() == Kind::String;
}

// Of values with the same name the last counts, where the first stood: as DVC has it.
template <typename Named>
void keep_last_of_equal(std::vector<Named>& named) {
  std::unordered_map<std::string, std::size_t> known;
  std::vector<Named> kept;
  for (Named& each : named) {
    const auto [first, is_new] = known.emplace(each.key, kept.size());
    if (is_new) {
      kept.push_back(std::move(each));
    } else {
      kept[first->second] = std::move(each);
    }
  }
  named = std::move(kept);
}

// The text of an item in a name. DVC spells the booleans of variables in Python's way, those of the text
// itself in YAML's; names of files are made of it, so it has to be the same.
std::string name_part(const YamlNode& item, bool from_variable) {
  std::string text = value_text(item);
  if (from_variable && item.kind() == Kind::Bool) text[0] = text == "true" ? 'T' : 'F';
  return text;
}

}  // namespace

StageExpansion::StageExpansion(std::string_view text, const std::string& file, const YamlNode& root,
                               const PipelineReading& reading)
    : text_(text), file_(file), reading_(reading), directory_(parent_path(file)), files_(reading.read, file) {
  const YamlNode* vars = root.find("vars");
  if (vars == nullptr && !is_template(text)) return;
  files_.load_default(directory_, variables_);
  if (vars != nullptr) files_.load(*vars, directory_, "", variables_);
}

void StageExpansion::fail(const YamlNode& node, const YamlNode& stage, const std::string& message,
                          const std::string& hint) const {
  yaml_error(node, file_, fmt::format("stage '{}': {}", stage.scalar(), message), hint);
}

YamlNode StageExpansion::resolve(const YamlNode& node) const {
  return Interpolation(text_, file_, variables_, reading_.unpack, "").resolve(node, Composite::Refused);
}

void StageExpansion::each_stage(const YamlNode& stages, const Visit& visit) {
  for (const auto& [name, body] : stages.fields()) {
    const YamlNode* foreach = body.find("foreach");
    const YamlNode* matrix = body.find("matrix");
    const YamlNode* inner = body.find("do");
    if (foreach == nullptr && inner != nullptr)
      fail(body, name, "has 'do' without 'foreach'", "foreach: [one, two]");
    if (foreach == nullptr) {
      if (matrix == nullptr) {
        visit_stage(name, name.scalar(), "", body, visit);
      } else {
        visit_group(name, body, *matrix, visit);
      }
      continue;
    }
    if (inner == nullptr) fail(body, name, "has 'foreach' without 'do'", "do: {cmd: echo ${item}}");
    for (const auto& [field, value] : body.fields()) {
      if (is_expansion_field(field.scalar()) && field.scalar() != "matrix") continue;
      fail(field, name, fmt::format("'{}' stands beside 'foreach'; it belongs into 'do'", field.scalar()));
    }
    if (inner->find("foreach") != nullptr || inner->find("matrix") != nullptr || inner->find("do") != nullptr)
      fail(*inner, name, "stages cannot be generated within generated stages", "use 'matrix' with two lists");
    visit_group(name, *inner, *foreach, visit);
  }
}

void StageExpansion::visit_group(const YamlNode& name, const YamlNode& body, const YamlNode& written,
                                 const Visit& visit) {
  const Interpolation interpolation(text_, file_, variables_, reading_.unpack, name.scalar());
  const YamlNode items = interpolation.resolve(written, Composite::Allowed);
  const bool is_matrix = body.find("matrix") != nullptr;
  const bool has_key = is_matrix || items.kind() == Kind::Map;
  for (const Item& item :
       is_matrix ? matrix_items(name, written, items) : foreach_items(name, written, items)) {
    const YamlNode key = YamlNode::make_scalar(Kind::String, item.key);
    std::vector<std::pair<std::string, const YamlNode*>> own = {{"item", &item.value}};
    if (has_key) own.emplace_back("key", &key);
    variables_.set_temporary(std::move(own));
    visit_stage(name, fmt::format("{}@{}", name.scalar(), item.key), name.scalar(), body, visit);
  }
  variables_.set_temporary({});
}

std::vector<StageExpansion::Item> StageExpansion::foreach_items(const YamlNode& name, const YamlNode& written,
                                                                const YamlNode& items) const {
  if (!is_composite(items)) {
    fail(items, name, fmt::format("'foreach' must be a list or a map, not {}", items.kind_name()),
         "foreach: [one, two]");
  }
  std::vector<Item> result;
  if (items.kind() == Kind::Map) {
    for (const auto& [key, value] : items.fields()) result.push_back({value_text(key), value});
    return result;
  }
  const bool by_position = std::ranges::any_of(items.items(), is_composite);
  std::size_t position = 0;
  for (const YamlNode& item : items.items()) {
    std::string key =
        by_position ? fmt::format("{}", position) : name_part(item, is_variable(written, position));
    ++position;
    result.push_back({std::move(key), item});
  }
  keep_last_of_equal(result);
  return result;
}

// Every combination, the last list running fastest.
std::vector<StageExpansion::Item> StageExpansion::matrix_items(const YamlNode& name, const YamlNode& written,
                                                               const YamlNode& items) const {
  if (items.kind() != Kind::Map || items.fields().empty()) {
    fail(items, name,
         fmt::format("'matrix' must be a map of lists, not {}",
                     items.kind() == Kind::Map ? "empty" : items.kind_name()),
         "matrix: {model: [cnn, xgb], seed: [1, 2]}");
  }
  std::vector<Item> result = {{"", YamlNode::make_map({})}};
  for (std::size_t i = 0; i < items.fields().size(); ++i) {
    const auto& [variable, values] = items.fields()[i];
    const YamlNode& as_written = written.kind() == Kind::Map ? written.fields()[i].second : written;
    if (values.kind() != Kind::List)
      fail(values, name, fmt::format("'{}' must be a list, not {}", variable.scalar(), values.kind_name()));
    if (result.size() * values.items().size() > kMostStages)
      fail(items, name, fmt::format("'matrix' makes more than {} stages", kMostStages));
    std::vector<Item> parts;
    for (std::size_t position = 0; position < values.items().size(); ++position) {
      const YamlNode& value = values.items()[position];
      parts.push_back({is_composite(value) ? fmt::format("{}{}", variable.scalar(), position)
                                           : name_part(value, is_variable(as_written, position)),
                       value});
    }
    keep_last_of_equal(parts);
    std::vector<Item> longer;
    longer.reserve(result.size() * parts.size());
    for (const Item& before : result) {
      for (const Item& part : parts) {
        Item item{
            before.key.empty() && before.value.fields().empty() ? part.key : before.key + "-" + part.key,
            before.value};
        item.value.add_field(variable, part.value);
        longer.push_back(std::move(item));
      }
    }
    result = std::move(longer);
  }
  return result;
}

void StageExpansion::visit_stage(const YamlNode& name, const std::string& full_name, const std::string& group,
                                 const YamlNode& body, const Visit& visit) {
  const YamlNode* vars = body.find("vars");
  if (vars == nullptr && group.empty() && !has_template(body)) return visit({name, full_name, group, body});
  if (vars == nullptr) return visit({name, full_name, group, resolve_body(body, full_name, variables_)});
  std::string directory = directory_;
  if (const YamlNode* wdir = body.find("wdir"); wdir != nullptr && wdir->kind() == Kind::String) {
    const Interpolation interpolation(text_, file_, variables_, reading_.unpack, full_name);
    directory = join_path(directory_, interpolation.resolve(*wdir, Composite::Refused).scalar());
  }
  Variables own = variables_;
  files_.load(*vars, normalize_path(directory), full_name, own);
  visit({name, full_name, group, resolve_body(body, full_name, own)});
}

YamlNode StageExpansion::resolve_body(const YamlNode& body, const std::string& stage,
                                      const Variables& variables) const {
  const Interpolation interpolation(text_, file_, variables, reading_.unpack, stage);
  std::vector<std::pair<YamlNode, YamlNode>> fields;
  fields.reserve(body.fields().size());
  for (const auto& [key, value] : body.fields()) {
    if (key.scalar() == "vars" || is_expansion_field(key.scalar())) continue;
    const Composite composite = key.scalar() == "cmd" ? Composite::Unpacked : Composite::Refused;
    fields.emplace_back(key, interpolation.resolve(value, composite));
  }
  return YamlNode::make_map(std::move(fields)).standing_at(body);
}

}  // namespace dvx
