// The log that traced programs write into, from our side, and the library that writes it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "core/execution/trace/trace_record.h"

namespace dvx {

class TraceLog {
 public:
  TraceLog();
  TraceLog(const TraceLog&) = delete;
  TraceLog& operator=(const TraceLog&) = delete;
  ~TraceLog();

  // What LD_PRELOAD is to name, as long as this object lives; "" where programs cannot be given a library:
  // then the kernel tells of everything.
  const std::string& library() const { return library_; }

  using Visit = std::function<void(TraceRecordKind, std::string_view path)>;
  // New records, in the order in which they were claimed, up to one that is not complete yet.
  void read_new(const Visit& visit);
  // The same when nothing writes any more: what a killed program left incomplete is passed over.
  void read_rest(const Visit& visit);
  std::uint64_t lost() const;
  // Programs are to ask for their working directory each time from here on.
  void say_moved();

 private:
  bool make_log();
  bool make_library();
  std::uint64_t used() const;
  // Gives on the record at `read_`, if it is complete, and steps behind it.
  bool step(const Visit& visit);

  UniqueFd log_, image_;
  TraceLogHeader* header_ = nullptr;
  std::uint64_t read_ = 0;
  std::string library_;
};

}  // namespace dvx
