// Stages as dvx.yaml writes them, to stages as they are: variables are put in, `foreach` and `matrix` become
// stages of their own.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/formats/pipeline/pipeline_reading.h"
#include "core/formats/pipeline/variable_files.h"
#include "core/formats/text/yaml.h"

namespace dvx {

struct ExpandedStage {
  const YamlNode& name;   // as the text has it: of a group for all of its stages
  std::string full_name;  // "train", "train@eu", "train@eu-0.1"
  std::string group;      // "train" of a generated stage, else ""
  const YamlNode& body;   // without `foreach`, `do`, `matrix`; only valid during the visit
};

class StageExpansion {
 public:
  // All must outlive it. Files of variables are read when the text makes use of them.
  StageExpansion(std::string_view text, const std::string& file, const YamlNode& root,
                 const PipelineReading& reading);

  using Visit = std::function<void(const ExpandedStage&)>;
  // In the order of the text; one stage at a time, so that many cost little.
  void each_stage(const YamlNode& stages, const Visit& visit);

  // A part of the file beside its stages.
  YamlNode resolve(const YamlNode& node) const;

 private:
  struct Item {
    std::string key;  // behind the '@'
    YamlNode value;
  };
  void visit_stage(const YamlNode& name, const std::string& full_name, const std::string& group,
                   const YamlNode& body, const Visit& visit);
  void visit_group(const YamlNode& name, const YamlNode& body, const YamlNode& items, const Visit& visit);
  // `written` is as the text has it, `items` with variables put in.
  std::vector<Item> foreach_items(const YamlNode& name, const YamlNode& written, const YamlNode& items) const;
  std::vector<Item> matrix_items(const YamlNode& name, const YamlNode& written, const YamlNode& items) const;
  YamlNode resolve_body(const YamlNode& body, const std::string& stage, const Variables& variables) const;
  [[noreturn]] void fail(const YamlNode& node, const YamlNode& stage, const std::string& message,
                         const std::string& hint = {}) const;

  std::string_view text_;
  const std::string& file_;
  const PipelineReading& reading_;
  std::string directory_;
  VariableFiles files_;
  Variables variables_;
};

}  // namespace dvx
