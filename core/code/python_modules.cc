#include "core/code/python_modules.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

bool is_module_file(std::string_view name) {
  return name.ends_with(".py") || name.ends_with(".so") || name.ends_with(".pyc");
}

bool may_be_package(std::string_view name) {
  return name.find('.') == std::string_view::npos;
}

// What follows the name of a compiled module: ".so", ".abi3.so", ".cpython-311-x86_64-linux-gnu.so".
bool is_compiled_suffix(std::string_view suffix) {
  return suffix == ".so" || suffix == ".abi3.so" ||
         ((suffix.starts_with(".cpython-") || suffix.starts_with(".pypy")) && suffix.ends_with(".so"));
}

template <typename Map>
bool erase_beneath(Map& map, const std::string& path) {
  const std::size_t before = map.size();
  map.erase(path);
  auto first = map.lower_bound(path + "/");
  auto last = first;
  while (last != map.end() && is_beneath(last->first, path)) ++last;
  map.erase(first, last);
  return map.size() != before;
}

}  // namespace

void PythonModules::expect(const std::vector<std::string>& outputs) {
  for (const std::string& output : outputs) {
    const std::string name(file_name(output));
    if (!is_module_file(name) && !may_be_package(name)) continue;
    std::string directory = parent_path(output);
    expected_[directory].insert_or_assign(name,
                                          is_module_file(name) ? Kind::AwaitedFile : Kind::AwaitedDirectory);
    while (!directory.empty()) {
      const std::string above = parent_path(directory);
      if (!expected_[above].emplace(file_name(directory), Kind::Directory).second) break;
      directory = above;
    }
  }
}

PythonModules::Names PythonModules::list(const std::string& directory) const {
  Names names;
  if (const auto awaited = expected_.find(directory); awaited != expected_.end()) names = awaited->second;
  std::error_code failure;
  for (std::filesystem::directory_iterator at(join_path(root_, directory), failure), end;
       !failure && at != end; at.increment(failure)) {
    std::error_code ignored;
    names.insert_or_assign(at->path().filename().string(),
                           at->is_directory(ignored) ? Kind::Directory : Kind::File);
  }
  return names;
}

const PythonModules::Names& PythonModules::names_in(const std::string& directory) {
  const auto known = listings_.find(directory);
  return known != listings_.end() ? known->second
                                  : listings_.emplace(directory, list(directory)).first->second;
}

std::optional<PythonModules::Kind> PythonModules::kind_of(const std::string& path) {
  if (path.empty()) return Kind::Directory;
  const Names& names = names_in(parent_path(path));
  const auto found = names.find(file_name(path));
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

bool PythonModules::is_file(const std::string& path) {
  return kind_of(path) == Kind::File;
}

bool PythonModules::is_directory(const std::string& path) {
  return kind_of(path) == Kind::Directory;
}

bool PythonModules::is_awaited(const std::string& path) {
  for (std::string at = path; !at.empty(); at = parent_path(at)) {
    const auto kind = kind_of(at);
    if (kind == Kind::File || (kind == Kind::Directory && at != path)) return false;
    if (kind == Kind::AwaitedFile || kind == Kind::AwaitedDirectory) return true;
  }
  return false;
}

// As Python chooses: compiled code before text, and bytecode last.
std::optional<std::string> PythonModules::file_called(const std::string& directory, std::string_view stem) {
  const Names& names = names_in(directory);
  const std::string prefix = std::string(stem) + ".";
  std::optional<std::string> text, bytecode;
  for (auto at = names.lower_bound(prefix); at != names.end() && at->first.starts_with(prefix); ++at) {
    if (at->second != Kind::File && at->second != Kind::AwaitedFile) continue;
    const std::string_view suffix = std::string_view(at->first).substr(stem.size());
    if (is_compiled_suffix(suffix)) return join_path(directory, at->first);
    if (suffix == ".py") text = join_path(directory, at->first);
    if (suffix == ".pyc") bytecode = join_path(directory, at->first);
  }
  return text ? text : bytecode;
}

void PythonModules::add(PythonModule& module, const std::string& file) {
  (is_file(file) ? module.files : module.awaited).push_back(file);
}

// One name further. A package or a module anywhere in the directories comes before a namespace.
bool PythonModules::step(PythonModule& module, const std::vector<std::string>& directories,
                         std::string_view part) {
  std::vector<std::string> namespaces;
  for (const std::string& directory : directories) {
    const std::string inner = join_path(directory, part);
    const auto kind = kind_of(inner);
    if (kind == Kind::AwaitedDirectory) module.awaited.push_back(inner);
    if (kind == Kind::Directory || kind == Kind::AwaitedDirectory) {
      if (const auto init = file_called(inner, "__init__")) {
        add(module, *init);
        module.init = *init;
        module.packages = {inner};
        return true;
      }
      namespaces.push_back(inner);
    }
    if (const auto file = file_called(directory, part)) {
      add(module, *file);
      module.init.clear();
      module.packages.clear();
      return true;
    }
  }
  module.init.clear();
  module.packages = std::move(namespaces);
  return !module.packages.empty();
}

void PythonModules::descend(PythonModule& module, std::string_view name) {
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('.'));
    name.remove_prefix(std::min(part.size() + 1, name.size()));
    const std::vector<std::string> directories = std::move(module.packages);
    module.packages.clear();
    const bool is_name = !part.empty() && part.find('/') == std::string_view::npos && part != "..";
    if (!is_name || !step(module, directories, part)) return;
  }
}

PythonModule PythonModules::find(const std::vector<std::string>& directories, std::string_view name) {
  PythonModule module;
  module.packages = directories;
  descend(module, name);
  return module;
}

PythonModule PythonModules::package_at(const std::string& directory) {
  PythonModule module;
  module.packages = {directory};
  if (const auto init = file_called(directory, "__init__")) {
    add(module, *init);
    module.init = *init;
  }
  return module;
}

bool PythonModules::forget(const std::string& path) {
  bool changed = erase_beneath(listings_, path);
  const std::string_view name = file_name(path);
  const auto around = listings_.find(parent_path(path));
  if (around == listings_.end() || (!is_module_file(name) && !may_be_package(name))) return changed;
  const auto before = around->second.find(name);
  const std::string full = join_path(root_, path);
  const bool was_file = before != around->second.end() && before->second == Kind::File;
  const bool was_directory = before != around->second.end() && before->second == Kind::Directory;
  const bool is_directory_now = dvx::is_directory(full);
  if (was_directory == is_directory_now && was_file == (!is_directory_now && exists(full))) return changed;
  listings_.erase(around);
  return true;
}

}  // namespace dvx
