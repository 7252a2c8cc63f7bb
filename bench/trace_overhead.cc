// Measures how much tracing slows a command down. The commands are Python programs that open 5,000 small
// files (docs/adr/0009).
//
//   ninja trace_overhead && build/release/bench/trace_overhead [rounds]
//
// One program only reads the files; the other parses them as JSON. The runs alternate between four modes: not
// traced; traced by dvx; traced without the library in the programs, so that the kernel asks about every
// open; and traced by strace, which is ptrace behind a seccomp filter. Prints the best and the median of the
// rounds.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/file_time.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "core/execution/trace/tracer.h"

namespace dvx {
namespace {

constexpr int kFiles = 5000;

class Measurement {
 public:
  Measurement(const std::string& place, const std::string& each_file) : place_(place) {
    std::string content = "[0";
    while (content.size() < 1000) content += fmt::format(", {}", content.size());
    for (int i = 0; i < kFiles; ++i)
      write_file_atomically(fmt::format("{}/{}", place_, i), content + "]", 0644, Durability::Relaxed);
    const std::string program = fmt::format(
        "import json\nfor i in range({}):\n    with open(f'{{i}}') as f: {}\n", kFiles, each_file);
    write_file_atomically(place_ + "/program.py", program, 0644, Durability::Relaxed);
  }

  void plain() {
    run({"/usr/bin/python3", "program.py"}, [](ProcessOptions&) { return nullptr; });
  }

  void traced(bool with_library) {
    Tracer tracer(place_, to_ns(stat_if_exists(place_ + "/program.py")->st_mtim));
    run({"/usr/bin/python3", "program.py"}, [&](ProcessOptions& options) {
      auto watch = tracer.watch(options);
      if (!with_library) options.environment->erase("LD_PRELOAD");
      return watch;
    });
    const std::size_t seen = tracer.settle().read.size();
    if (seen != kFiles + 1) fmt::print(stderr, "only {} files were seen\n", seen);
  }

  void strace() {
    run({"strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=open,openat,openat2,execve", "-o", "/dev/null",
         "/usr/bin/python3", "program.py"},
        [](ProcessOptions&) { return nullptr; });
  }

 private:
  void run(const std::vector<std::string>& argv,
           const std::function<std::unique_ptr<Tracer::Watch>(ProcessOptions&)>& prepare) const {
    ProcessOptions options;
    options.directory = place_;
    options.environment = std::map<std::string, std::string>{{"PATH", "/usr/bin:/bin"}};
    const auto watch = prepare(options);
    if (!run_process(argv, options).ok()) fmt::print(stderr, "{} failed\n", argv[0]);
  }

  std::string place_;
};

struct Way {
  const char* name;
  std::function<void()> run;
  std::vector<double> seconds = {};
};

void measure(const char* what, const std::string& each_file, int rounds) {
  const TemporaryDirectory place("/tmp", "dvx-trace-overhead");
  Measurement measurement(place.path(), each_file);
  std::vector<Way> ways = {{"not traced", [&] { measurement.plain(); }},
                           {"dvx", [&] { measurement.traced(true); }},
                           {"seccomp notification alone", [&] { measurement.traced(false); }},
                           {"strace --seccomp-bpf", [&] { measurement.strace(); }}};
  for (int round = 0; round < rounds; ++round) {
    for (Way& way : ways) {
      const auto begin = std::chrono::steady_clock::now();
      way.run();
      way.seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
  }
  for (Way& way : ways) std::ranges::sort(way.seconds);
  const auto median = [](const Way& way) { return way.seconds[way.seconds.size() / 2]; };
  fmt::print("{}\n", what);
  for (const Way& way : ways) {
    fmt::print("{:<28} best {:6.1f} ms ({:+5.1f} %)   median {:6.1f} ms ({:+5.1f} %)\n", way.name,
               way.seconds.front() * 1e3, (way.seconds.front() / ways[0].seconds.front() - 1) * 100,
               median(way) * 1e3, (median(way) / median(ways[0]) - 1) * 100);
  }
}

}  // namespace
}  // namespace dvx

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 15;
  dvx::measure("5,000 files opened and read", "f.read()", rounds);
  dvx::measure("5,000 files parsed as JSON", "sum(json.load(f))", rounds);
  return 0;
}
