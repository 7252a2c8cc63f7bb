// Watches which files commands open, execute, write, rename and remove: the whole tree of their processes,
// static programs too, without root (docs/adr/0009-how-files-are-traced.md).
//
// The kernel asks us before each such call (seccomp notification), save for the most frequent, opens through
// the C library, which a library in the traced programs logs (preload.cc). The tree is never kept waiting:
// what cannot be told is noted as unseen and goes on.
//
//   Tracer tracer(root, started);
//   for each command: { const auto watch = tracer.watch(options); run_process(argv, options); }
//   tracer.settle()
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/subprocess.h"
#include "core/execution/trace/file_use.h"

namespace dvx {

class Tracer {
 public:
  // `root` is absolute; what is outside of it is not looked at. `started_ns`: by the clock of its file
  // system, before the first command. Config, with a hint, where this machine or kernel cannot trace.
  Tracer(const std::string& root, std::int64_t started_ns);
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;
  ~Tracer();

  class Watch;
  // Changes `options` so that the next process is watched, until the result is dropped. One at a time.
  std::unique_ptr<Watch> watch(ProcessOptions& options);

  FileUse settle();

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

// One process and what it starts.
class Tracer::Watch {
 public:
  Watch(Shared& shared, ProcessOptions& options);
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch();

  // After run_process() threw: why the process could not be watched, as an Error; else nothing happens.
  void throw_if_refused() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dvx
