// `vars` of dvx.yaml, and params.yaml beside it: files and maps to variables, with DVC's rules for what may
// be loaded twice.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/pipeline/pipeline_reading.h"
#include "core/formats/pipeline/variables.h"
#include "core/formats/text/yaml.h"

namespace dvx {

class VariableFiles {
 public:
  // `file` is the dvx.yaml, for messages. Each values file is read and parsed once.
  VariableFiles(const ReadText& read, const std::string& file) : read_(read), file_(file) {}

  // The values of params.yaml in `directory`, when there is one.
  void load_default(const std::string& directory, Variables& into);

  // The entries of `vars`: paths are relative to `directory`; `stage` is "" for those of the whole file.
  // Error{Config} at the entry: what is not there, or is defined twice.
  void load(const YamlNode& vars, const std::string& directory, const std::string& stage, Variables& into);

 private:
  struct Entry;
  void load_file(const Entry& entry, Variables& into);
  bool is_loaded_already(const Entry& entry, const Variables& into) const;
  YamlNode chosen(const Entry& entry, const YamlNode& values) const;
  void merge(const Entry& entry, const YamlNode& values, const std::string& source, Variables& into) const;
  const YamlNode* values_of(const std::string& path);
  [[noreturn]] void fail(const Entry& entry, const std::string& message, const std::string& hint = {}) const;

  const ReadText& read_;
  const std::string& file_;
  std::map<std::string, YamlNode> parsed_;
};

}  // namespace dvx
