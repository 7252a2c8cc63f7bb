#include "core/formats/pipeline/each_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/nearest_word.h"
#include "base/path.h"
#include "core/formats/pipeline/each_paths.h"
#include "objects/model/inner_path.h"

namespace dvx {

namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t kLargestBatch = 1'000'000;
constexpr const char* kExample = "each: {in: \"data/raw/*.jpg\", out: \"data/thumbs/{stem}.png\"}";

class EachReader {
 public:
  EachReader(const std::string& file, const std::string& name, const std::string& base)
      : file_(file), name_(name), base_(base) {}

  void read(const YamlNode& node, const YamlNode& body, Stage& stage) const {
    if (node.kind() != Kind::Map)
      fail(node, fmt::format("'each' must be a map, not {}", node.kind_name()), kExample);
    yaml_known_fields(node, file_, {"in", "out", "batch"});
    StageEach each;
    each.in = pattern(field(node, "in"));
    each.out = output(field(node, "out"));
    if (const YamlNode* batch = node.find("batch")) each.batch = count(*batch);
    check_commands(body, stage, each);
    add_directories(node, each, stage);
    stage.each = std::move(each);
  }

 private:
  [[noreturn]] void fail(const YamlNode& node, const std::string& message,
                         const std::string& hint = {}) const {
    yaml_error(node, file_, fmt::format("stage '{}': {}", name_, message), hint);
  }

  const YamlNode& field(const YamlNode& each, const char* word) const {
    const YamlNode* node = each.find(word);
    if (node == nullptr) fail(each, fmt::format("'each' has no '{}'", word), kExample);
    if (node->kind() == Kind::Map)  // {stem} without quotes is a map to YAML
      fail(*node, fmt::format("'{}' of 'each' must be a string, not a map", word), "put it in quotes");
    if (node->kind() != Kind::String)
      fail(*node, fmt::format("'{}' of 'each' must be a string, not {}", word, node->kind_name()), kExample);
    return *node;
  }

  std::string pattern(const YamlNode& node) const {
    const std::string& text = node.scalar();
    if (text.find('{') != std::string::npos) {
      fail(node, fmt::format("'{}': patterns have no braces", display_path(text)),
           "in: \"data/raw/*.[jp][pn]g\", or a stage for each kind");
    }
    std::string path = inner_path(node, escaped_pattern(base_));
    const std::string directory = each_input_directory(path);
    check_directory(node, directory, "in: \"data/raw/*\"");
    if (path == escaped_pattern(path))
      fail(node, fmt::format("'{}' is no pattern: it names one file", display_path(text)),
           fmt::format("in: \"{}/*\"", text));
    return path;
  }

  std::string output(const YamlNode& node) const {
    std::string path = inner_path(node, base_);
    check_directory(node, each_output_directory(path), "out: \"data/made/{name}\"");
    bool tells_apart = false;
    for (auto found = find_each_placeholder(path); found; found = find_each_placeholder(path, found->end)) {
      const bool is_known = std::ranges::find(kEachInputWords, found->word) != kEachInputWords.end();
      if (!is_known && !found->is_escaped)
        fail(node, fmt::format("'{{{}}}' cannot stand in 'out'", found->word),
             "use {stem}, {name}, {ext} or {dir}");
      tells_apart = tells_apart || !found->is_escaped;
    }
    refuse_unknown_words(node, path);
    if (!tells_apart) {
      fail(node, fmt::format("'{}' is the same output for every input", display_path(node.scalar())),
           "out: \"data/made/{name}\"");
    }
    return path;
  }

  // What is in braces and no word is a slip: in a path there is little other use for it.
  void refuse_unknown_words(const YamlNode& node, std::string_view path) const {
    for (std::size_t at = path.find('{'); at != std::string_view::npos; at = path.find('{', at + 1)) {
      const std::size_t close = path.find('}', at);
      if (close == std::string_view::npos) return;
      const std::string_view word = path.substr(at + 1, close - at - 1);
      if (word.starts_with('{') || std::ranges::find(kEachWords, word) != kEachWords.end()) continue;
      const auto near = nearest_word(word, {kEachInputWords.begin(), kEachInputWords.end()});
      fail(node, fmt::format("'{{{}}}' is not known", display_path(word)),
           near ? fmt::format("did you mean '{{{}}}'?", *near) : "use {stem}, {name}, {ext} or {dir}");
    }
  }

  std::string inner_path(const YamlNode& node, const std::string& base) const {
    const std::string& text = node.scalar();
    const std::string shown = display_path(text);
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(text, control)) fail(node, fmt::format("'{}' has a control character", shown));
    std::string path = normalize_path(join_path(base, text));
    if (text.starts_with('/') || path == ".." || path.starts_with("../")) {
      fail(node, fmt::format("'{}' lies outside of the repository", shown),
           "write a path beneath it, relative to dvx.yaml");
    }
    if (const auto reason = refused_path(path))
      fail(node, fmt::format("'{}' is refused: {}", shown, *reason));
    return path;
  }

  void check_directory(const YamlNode& node, const std::string& directory, const char* example) const {
    if (directory.empty())
      fail(node, fmt::format("'{}' must begin with a directory", display_path(node.scalar())), example);
    // Without the backslashes of a pattern, another name may come to light.
    if (const auto reason = refused_path(directory))
      fail(node, fmt::format("'{}' is refused: {}", display_path(node.scalar()), *reason));
  }

  std::size_t count(const YamlNode& node) const {
    std::size_t value = 0;
    const std::string& text = node.scalar();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = node.kind() == Kind::Int && error == std::errc() && end == text.data() + text.size();
    if (!whole || value < 1 || value > kLargestBatch)
      fail(node, fmt::format("'batch' must be a whole number, 1 to {}", kLargestBatch));
    return value;
  }

  // One that names nothing of its input would do the same again and again.
  void check_commands(const YamlNode& body, const Stage& stage, const StageEach& each) const {
    const YamlNode& node = *body.find("cmd");
    bool names_input = false;
    for (const std::string& command : stage.commands) {
      for (auto found = find_each_placeholder(command); found;
           found = find_each_placeholder(command, found->end)) {
        if (found->is_escaped) continue;
        names_input = true;
        const bool is_of_one = std::ranges::find(kEachInputWords, found->word) != kEachInputWords.end();
        if (each.batch > 1 && is_of_one) {
          fail(node, fmt::format("'{{{}}}' is of one input, and a batch has several", found->word),
               "use {in} and {out}, which are lists then, or {pairs}, a file of both");
        }
      }
    }
    if (!names_input) {
      fail(node, "'cmd' does not say what it does with each input",
           each.batch > 1 ? "cmd: python3 make.py {pairs}" : "cmd: convert {in} {out}");
    }
  }

  void add_directories(const YamlNode& node, const StageEach& each, Stage& stage) const {
    const std::string in = each_input_directory(each.in), out = each_output_directory(each.out);
    if (std::ranges::find(stage.deps, in, &StageDependency::path) == stage.deps.end())
      stage.deps.push_back({.path = in, .schema = {}});
    for (const StageOutput& other : stage.outs) {
      if (other.path == out && other.kind == OutputKind::Data) continue;
      fail(node,
           fmt::format("a stage with 'each' makes '{}' alone, and not '{}'", display_path(out),
                       display_path(other.path)),
           "make it in a stage behind this one");
    }
    if (stage.outs.empty()) stage.outs.push_back({.path = out});
  }

  const std::string& file_;
  const std::string& name_;
  const std::string& base_;
};

}  // namespace

void read_stage_each(const YamlNode& body, const std::string& file, const std::string& name,
                     const std::string& base, Stage& stage) {
  if (const YamlNode* node = body.find("each")) EachReader(file, name, base).read(*node, body, stage);
}

}  // namespace dvx
