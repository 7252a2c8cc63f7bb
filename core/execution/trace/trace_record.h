// What the library in traced programs (preload.cc) and dvx agree on. No library is needed to read this.
//
// The log is a file in memory that all traced programs map: a TraceLogHeader, then records. A record is
// claimed by adding its size to `used`, and complete when its first word is there. What does not fit is not
// logged but let through the slow way, where dvx sees it.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace dvx {

// An openat, chdir or fchdir with these in its fifth and sixth argument, which they do not have, is the
// library's, and dvx need not be asked. The sixth is combined with the path's address (or the descriptor), so
// that what is left in a register lets nothing else through.
inline constexpr uint64_t kLoggedMark = 0x5dc1f0a37b2e9644U;
inline constexpr uint64_t kLoggedAddressMark = 0x91e6b80d4c3fa275U;

inline constexpr size_t kTraceLogSize = size_t{256} << 20;  // of address space; memory is taken as it fills
inline constexpr size_t kTraceLogMargin = size_t{1} << 20;  // for those who claim at the same time
inline constexpr size_t kTracePathLimit = 8192;             // base and path

struct TraceLogHeader {
  uint64_t used;   // bytes behind the header
  uint64_t lost;   // records that did not fit after all
  uint64_t moved;  // not 0: a directory was changed or renamed behind the library's back
  uint64_t reserved[5];
};

enum class TraceRecordKind : uint32_t { Read = 1, Write = 2, Missing = 3 };

inline constexpr uint32_t kTraceRecordMark = 0xd7c3a500U;  // or'ed with the kind

struct TraceRecord {
  uint32_t mark;    // written last
  uint32_t length;  // of the absolute path behind this
};

inline constexpr size_t trace_record_size(size_t length) {
  return (sizeof(TraceRecord) + length + 7) & ~size_t{7};
}

// In the image of the library; dvx puts the path of the log in its place.
inline constexpr char kTraceLogPlace[] = "dvx-trace-log-path-goes-here.................................";

}  // namespace dvx
