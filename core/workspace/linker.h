// Putting objects of the store into the workspace, as reflinks, copies or links.
//
// Every file comes under a temp name beneath a directory handle and is renamed, so a kill leaves old or new;
// or under its own name in a directory that has a temp name itself.
// What the kind cannot do (an object kept packed, an executable as a hardlink) is copied. May be used from
// several threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/repo/link_kind.h"
#include "objects/model/tree.h"
#include "objects/store/ingest.h"
#include "objects/store/object_store.h"

namespace dvx {

class Linker {
 public:
  Linker(const ObjectStore& store, LinkKind kind) : store_(store), kind_(kind) {}

  // Puts the file, executable or symlink `entry` at `name` in the directory, replacing what is there unless
  // it is a directory. `path` is for messages. Returns the stamp of the new file.
  FileStamp place(int directory_fd, const std::string& name, const TreeEntry& entry,
                  const std::string& path) const;
  // The same where nothing has that name, and nobody looks before the directory gets its own.
  FileStamp place_new(int directory_fd, const std::string& name, const TreeEntry& entry,
                      const std::string& path) const;

 private:
  void make(int directory_fd, const std::string& temp, const TreeEntry& entry, const std::string& path) const;
  bool link(int directory_fd, const std::string& temp, const TreeEntry& entry) const;
  void require_size(const TreeEntry& entry, const std::string& path) const;
  void copy(int directory_fd, const std::string& temp, const TreeEntry& entry, const std::string& path) const;

  const ObjectStore& store_;
  const LinkKind kind_;
};

// The object that a symlink made by this dvx stands for, or nullopt for any other target.
std::optional<ObjectId> linked_object(std::string_view target, std::string_view store_directory);

// Nobody else has it.
std::string temp_name();
// Whether `name` is the temp file, or directory, of a dvx that is no longer there.
bool is_leftover(std::string_view name);

}  // namespace dvx
