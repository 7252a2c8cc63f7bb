#include "core/code/imported_code.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

constexpr std::uint64_t kLargestSource = std::uint64_t{16} << 20;

bool is_inside_of_tools(const std::string& path) {
  return is_beneath(path, ".dvx") || is_beneath(path, ".git");
}

// Nothing for what is no regular file or cannot be read: then it has no imports.
std::string text_of(const std::string& path) {
  try {
    struct ::stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    return read_file(path, kLargestSource);
  } catch (const Error&) {
    return {};
  }
}

// The stage says itself how this file counts.
bool names(const Stage& stage, const std::string& path) {
  const auto around = [&](const auto& named) { return is_beneath(path, named.path); };
  return std::ranges::any_of(stage.deps, around) || std::ranges::any_of(stage.outs, around) ||
         std::ranges::any_of(stage.params, [&](const StageParams& params) { return params.file == path; });
}

std::string description(const PythonProgram& program) {
  std::string text(1, static_cast<char>('0' + static_cast<int>(program.kind)));
  text += program.looks_beside_itself ? 'b' : '-';
  text += program.is_certain ? 'c' : '-';
  for (const std::string* part : {&program.text, &program.directory}) text.append(*part).append(1, '\0');
  for (const std::string& path : program.python_path) text.append(path).append(1, '\0');
  for (const std::string& script : program.other_scripts) text.append(1, '\0').append(script);
  return text;
}

}  // namespace

void ImportedCode::expect_outputs_of(const std::vector<Stage>& stages) {
  std::vector<std::string> outputs;
  for (const Stage& stage : stages) {
    for (const StageOutput& out : stage.outs) outputs.push_back(out.path);
  }
  modules_.expect(outputs);
}

const StageImports& ImportedCode::of(const Stage& stage) {
  const auto known = stages_.find(stage.name);
  if (known != stages_.end()) return known->second;
  StageImports& imports = stages_[stage.name];
  if (!stage.execution.imports) return imports;
  std::set<std::string> files, awaited;
  for (const PythonProgram& program : programs_of(stage)) {
    const Closure& found = closure(program);
    files.insert(found.files.begin(), found.files.end());
    awaited.insert(found.awaited.begin(), found.awaited.end());
  }
  const auto is_left_out = [&](const std::string& path) { return names(stage, path); };
  std::ranges::remove_copy_if(files, std::back_inserter(imports.files), is_left_out);
  std::ranges::remove_copy_if(awaited, std::back_inserter(imports.awaited), is_left_out);
  return imports;
}

// Those of the commands. A script among the dependencies finds modules where these do, or else beside itself.
std::vector<PythonProgram> ImportedCode::programs_of(const Stage& stage) const {
  const std::string directory = normalize_path(join_path(root_, stage.wdir));
  std::vector<PythonProgram> programs = find_python_programs(stage.commands, directory, stage.env);
  const std::size_t from_commands = programs.size();
  for (const StageDependency& dep : stage.deps) {
    if (!dep.path.ends_with(".py")) continue;
    PythonProgram script{.kind = PythonProgram::Kind::Script,
                         .text = join_path(root_, dep.path),
                         .directory = directory,
                         .is_certain = false};
    if (from_commands == 0) programs.push_back(script);
    for (std::size_t i = 0; i < from_commands; ++i) {
      const PythonProgram& other = programs[i];
      if (other.kind == PythonProgram::Kind::Script && other.text == script.text) continue;
      PythonProgram beside = script;
      beside.looks_beside_itself = false;
      if (other.looks_beside_itself) {
        beside.python_path.push_back(other.kind == PythonProgram::Kind::Script ? parent_path(other.text)
                                                                               : other.directory);
      }
      beside.python_path.insert(beside.python_path.end(), other.python_path.begin(), other.python_path.end());
      programs.push_back(std::move(beside));
    }
  }
  return programs;
}

const ImportedCode::Closure& ImportedCode::closure(const PythonProgram& program) {
  const auto [at, is_new] = closures_.try_emplace(description(program));
  if (is_new) start(program, at->second);
  return at->second;
}

void ImportedCode::start(const PythonProgram& program, Closure& into) {
  if (program.kind == PythonProgram::Kind::Script) return start_script(program, into);
  if (program.kind == PythonProgram::Kind::Module) return start_module(program, into);
  set_search(program, program.directory, into);
  const PythonSource code = read_python_source(program.text);
  std::vector<std::string> open;
  follow_source(code, {}, into, open);
  follow(std::move(open), program.directory, into);
}

void ImportedCode::start_script(const PythonProgram& program, Closure& into) {
  auto script = path_beneath(program.text, root_);
  if (!script) return;
  std::string beside = parent_path(program.text);
  if (modules_.is_directory(*script)) {  // python3 directory
    beside = program.text;
    script = join_path(*script, "__main__.py");
  }
  if (!modules_.is_file(*script)) {
    if (modules_.is_awaited(*script)) into.awaited.insert(*script);
    return;
  }
  if (!program.is_certain && !starts_python(*script)) return;
  set_search(program, join_path(root_, directory_of_script(*script)), into);
  follow({*script}, program.directory, into);
}

void ImportedCode::start_module(const PythonProgram& program, Closure& into) {
  set_search(program, program.directory, into);
  PythonModule module = modules_.find(into.search, program.text);
  if (!module.packages.empty()) modules_.descend(module, "__main__");
  into.awaited.insert(module.awaited.begin(), module.awaited.end());
  if (module.files.empty()) {
    for (const std::string& script : program.other_scripts) {
      PythonProgram other{.kind = PythonProgram::Kind::Script,
                          .text = script,
                          .directory = program.directory,
                          .is_certain = false,
                          .looks_beside_itself = program.looks_beside_itself,
                          .python_path = program.python_path};
      const Closure& found = closure(other);
      into.files.insert(found.files.begin(), found.files.end());
      into.awaited.insert(found.awaited.begin(), found.awaited.end());
    }
  }
  follow(module.files, program.directory, into);
}

// A file that is started by its own name and is no Python file by that name must say so in its first line.
bool ImportedCode::starts_python(const std::string& script) {
  if (script.ends_with(".py")) return true;
  std::array<std::byte, 128> buffer{};
  std::size_t size = 0;
  try {
    const std::string path = join_path(root_, script);
    size = read_up_to(open_file(path, O_RDONLY | O_NONBLOCK).get(), buffer, path);
  } catch (const Error&) {
    return false;
  }
  const std::string_view text(reinterpret_cast<const char*>(buffer.data()), size);
  return text.starts_with("#!") && text.substr(0, text.find('\n')).find("python") != std::string_view::npos;
}

// Python takes the directory of the file that a link leads to.
std::string ImportedCode::directory_of_script(const std::string& script) const {
  std::error_code failure;
  const std::string full = join_path(root_, script);
  if (!std::filesystem::is_symlink(full, failure)) return parent_path(script);
  const auto real = std::filesystem::canonical(full, failure);
  const auto root = std::filesystem::canonical(root_, failure);
  const auto inside = failure ? std::nullopt : path_beneath(real.string(), root.string());
  return parent_path(inside.value_or(script));
}

void ImportedCode::set_search(const PythonProgram& program, const std::string& beside, Closure& into) const {
  std::vector<std::string> directories = program.python_path;
  if (program.looks_beside_itself) directories.insert(directories.begin(), beside);
  for (const std::string& directory : directories) {
    if (auto inside = path_beneath(directory, root_)) into.search.push_back(*std::move(inside));
  }
}

// What a file puts into sys.path holds for all of them, so they are gone through again.
void ImportedCode::follow(std::vector<std::string> files, const std::string& directory, Closure& into) {
  std::vector<std::string> open = std::move(files);
  std::set<std::string> seen;
  while (!open.empty()) {
    const std::string file = std::move(open.back());
    open.pop_back();
    if (is_inside_of_tools(file) || !seen.insert(file).second) continue;
    into.files.insert(file);
    const PythonSource& code = source(file);
    bool searches_more = false;
    for (const std::string& path : code.search_paths) {
      const auto inside = path_beneath(absolute_path(path, directory), root_);
      if (!inside || std::ranges::find(into.search, *inside) != into.search.end()) continue;
      into.search.push_back(*inside);
      searches_more = true;
    }
    if (searches_more) {
      seen.clear();
      open.insert(open.end(), into.files.begin(), into.files.end());
    }
    follow_source(code, parent_path(file), into, open);
  }
}

void ImportedCode::follow_source(const PythonSource& code, const std::string& beside, Closure& into,
                                 std::vector<std::string>& open) {
  for (const PythonImport& import : code.imports) follow_import(import, beside, into, open);
}

void ImportedCode::follow_import(const PythonImport& import, const std::string& beside, Closure& into,
                                 std::vector<std::string>& open) {
  PythonModule module;
  if (import.level == 0) {
    module = modules_.find(into.search, import.module);
  } else {
    std::string directory = beside;
    for (std::size_t i = 1; i < import.level; ++i) {
      if (directory.empty()) return;
      directory = parent_path(directory);
    }
    module = modules_.package_at(directory);
    modules_.descend(module, import.module);
  }
  take(module, into, open);
  if (module.packages.empty()) return;
  for (const std::string& name : import.names) {
    if (name != "*") {
      take(modules_.find(module.packages, name), into, open);
    } else if (!module.init.empty() && modules_.is_file(module.init)) {
      for (const std::string& exported : source(module.init).exports)
        take(modules_.find(module.packages, exported), into, open);
    }
  }
}

void ImportedCode::take(const PythonModule& module, Closure& into, std::vector<std::string>& open) {
  open.insert(open.end(), module.files.begin(), module.files.end());
  into.awaited.insert(module.awaited.begin(), module.awaited.end());
}

const PythonSource& ImportedCode::source(const std::string& file) {
  const auto known = sources_.find(file);
  if (known != sources_.end()) return known->second;
  PythonSource code;
  if (!file.ends_with(".so") && !file.ends_with(".pyc"))
    code = read_python_source(text_of(join_path(root_, file)));
  return sources_.emplace(file, std::move(code)).first->second;
}

void ImportedCode::forget(const std::string& path) {
  bool changed = modules_.forget(path);
  changed = sources_.erase(path) != 0 || changed;
  for (auto at = sources_.lower_bound(path + "/"); at != sources_.end() && is_beneath(at->first, path);) {
    at = sources_.erase(at);
    changed = true;
  }
  if (!changed) return;
  closures_.clear();
  stages_.clear();
}

}  // namespace dvx
