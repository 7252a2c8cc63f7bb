#include "core/formats/pointer_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/path.h"
#include "core/formats/text/canonical_json.h"
#include "core/formats/text/yaml.h"
#include "objects/model/tree.h"

namespace dvx {

namespace {

std::uint64_t number_field(const YamlNode& node, const std::string& name, std::string_view what) {
  std::uint64_t value = 0;
  const std::string& text = node.scalar();
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (node.kind() != YamlNode::Kind::Int || failure != std::errc() || rest != text.data() + text.size()) {
    yaml_error(node, name, fmt::format("'{}' must be a number of 0 or more", what));
  }
  return value;
}

ObjectId id_field(const YamlNode& node, const std::string& name, std::string_view what) {
  const std::string& text = yaml_string(node, name, what);
  const auto id = ObjectId::parse(text);
  if (!id || !text.starts_with("sha256:")) {
    yaml_error(node, name, fmt::format("'{}' must be 'sha256:' and 64 hex digits", what));
  }
  return *id;
}

const YamlNode& required_field(const YamlNode& map, const std::string& name, std::string_view what) {
  const YamlNode* node = map.find(what);
  if (node == nullptr) yaml_error(map, name, fmt::format("field '{}' is missing", what));
  return *node;
}

DataRef parse_data(const YamlNode& root, const std::string& name) {
  const YamlNode* file = root.find("file");
  const YamlNode* tree = root.find("tree");
  if ((file == nullptr) == (tree == nullptr))
    yaml_error(root, name, "exactly one of 'file' and 'tree' must be given");
  DataRef data;
  data.kind = file != nullptr ? DataKind::File : DataKind::Tree;
  data.id = file != nullptr ? id_field(*file, name, "file") : id_field(*tree, name, "tree");
  data.size = number_field(required_field(root, name, "size"), name, "size");
  if (const YamlNode* files = root.find("files")) data.files = number_field(*files, name, "files");
  if (const YamlNode* executable = root.find("executable")) {
    if (tree != nullptr)
      yaml_error(*executable, name, "a tree keeps modes inside; 'executable' is for a file");
    data.executable = yaml_bool(*executable, name, "executable");
  }
  return data;
}

std::string optional_string(const YamlNode& root, const std::string& name, std::string_view what) {
  const YamlNode* node = root.find(what);
  return node == nullptr ? std::string() : yaml_string(*node, name, what);
}

bool is_plain(std::string_view text) {
  constexpr std::string_view kWords[] = {"true", "false", "null", "yes", "no", "on", "off"};
  const auto fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/';
  };
  const bool letter_first =
      !text.empty() && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
  if (!letter_first || !std::ranges::all_of(text, fine)) return false;
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::ranges::find(kWords, lower) == std::end(kWords);
}

// A double-quoted YAML scalar, whose escapes JSON shares; `text` is UTF-8.
std::string scalar(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

PointerFile parse_pointer(std::string_view text, const std::string& name_for_errors) {
  const YamlNode root = parse_yaml(text, name_for_errors);
  if (root.kind() != YamlNode::Kind::Map) yaml_error(root, name_for_errors, "a pointer file must be a map");
  yaml_known_fields(
      root, name_for_errors,
      {"path", "file", "tree", "size", "files", "executable", "schema", "desc", "remote", "meta"});
  PointerFile pointer;
  const YamlNode& path = required_field(root, name_for_errors, "path");
  pointer.path = path_from_json_text(yaml_string(path, name_for_errors, "path"));
  if (const auto reason = refused_entry_name(pointer.path)) {
    yaml_error(path, name_for_errors,
               fmt::format("'path' must be the name of the data beside this file, and '{}' is refused: {}",
                           display_path(pointer.path), *reason));
  }
  pointer.data = parse_data(root, name_for_errors);
  pointer.schema = optional_string(root, name_for_errors, "schema");
  pointer.desc = optional_string(root, name_for_errors, "desc");
  pointer.remote = optional_string(root, name_for_errors, "remote");
  if (const YamlNode* meta = root.find("meta")) {
    if (meta->kind() != YamlNode::Kind::Map)
      yaml_error(*meta, name_for_errors, "'meta' must be a map of strings");
    for (const auto& [key, value] : meta->fields()) {
      if (value.kind() == YamlNode::Kind::Map || value.kind() == YamlNode::Kind::List) {
        yaml_error(value, name_for_errors, fmt::format("'meta.{}' must be a string", key.scalar()));
      }
      pointer.meta[key.scalar()] = value.scalar();
    }
  }
  return pointer;
}

std::string serialize_pointer(const PointerFile& pointer) {
  std::string out = fmt::format("path: {}\n", scalar(path_to_json_text(pointer.path)));
  out += fmt::format("{}: {}\n", pointer.data.kind == DataKind::File ? "file" : "tree",
                     pointer.data.id.to_string());
  out += fmt::format("size: {}\n", pointer.data.size);
  if (pointer.data.kind == DataKind::Tree) out += fmt::format("files: {}\n", pointer.data.files);
  if (pointer.data.executable) out += "executable: true\n";
  if (!pointer.schema.empty()) out += fmt::format("schema: {}\n", scalar(pointer.schema));
  if (!pointer.remote.empty()) out += fmt::format("remote: {}\n", scalar(pointer.remote));
  if (!pointer.desc.empty()) out += fmt::format("desc: {}\n", scalar(pointer.desc));
  if (!pointer.meta.empty()) out += "meta:\n";
  for (const auto& [key, value] : pointer.meta) out += fmt::format("  {}: {}\n", scalar(key), scalar(value));
  return out;
}

}  // namespace dvx
