// Which rows of the workspace index would still be true after a power cut.
//
// A file system may keep a file's size and times over a power cut and lose its bytes. A row that was written
// before the cut then fits the file's stamp and not its content. So every row belongs to a generation: those
// that were written during one run of the machine (a boot), for files of one file system, until that file
// system was synced. A generation that was synced is removed from the table, and its rows count for ever;
// rows of a generation that is still in the table count only during its boot. docs/formats/index.md has the
// whole rule.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "core/index/database.h"

namespace dvx {

struct IndexEntry;
struct IndexOptions;

class Generations {
 public:
  static const char* const kSchema;
  // Its rows count whatever the boot.
  static constexpr std::int64_t kDurable = 0;

  Generations(Database& database, const IndexOptions& options, Journal journal);

  // The name of this boot in the table.
  const std::string& boot() const { return boot_; }

  // For rows of one transaction, in which all three are called.
  void begin() { running_.clear(); }
  std::int64_t number_for(const IndexEntry& entry);  // of the generation that it joins
  void end();

  // A power cut now would make dvx read again more than is reasonable.
  bool are_heavy();
  // Syncs the file systems of all running generations of this boot. One whose sync fails never counts: the
  // kernel tells of a lost page only once.
  void make_durable();

 private:
  struct Running {
    std::int64_t number = kDurable;
    std::uint64_t weight = 0;  // of what joined it in this transaction
  };
  Running running_on(const IndexEntry& entry);
  bool is_kept_by_server(const IndexEntry& entry);
  void remove_empty();
  bool sync(std::uint64_t device, const std::string& sample) const;

  Database& database_;
  const std::string root_;
  const bool knows_boot_;
  const std::string boot_;
  const std::uint64_t most_unsynced_;
  const std::function<bool(int)> sync_file_system_;
  const Journal journal_;
  std::map<std::uint64_t, Running> running_;      // by device
  std::map<std::uint64_t, bool> kept_by_server_;  // by device
};

}  // namespace dvx
