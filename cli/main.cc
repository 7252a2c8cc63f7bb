#include <climits>
#include <cstdlib>
#include <string>
#include <vector>

#include <malloc.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "cli/run.h"

extern char** environ;

namespace {

std::string executable_path() {
  char buffer[PATH_MAX];
  const ssize_t n = ::readlink("/proc/self/exe", buffer, sizeof buffer);
  return n > 0 ? std::string(buffer, static_cast<std::size_t>(n)) : std::string();
}

std::string working_directory() {
  char* cwd = ::getcwd(nullptr, 0);
  std::string result = cwd != nullptr ? cwd : "/";
  std::free(cwd);
  return result;
}

// A command is short-lived, and its memory is freed when it ends. Growing the heap in large steps and keeping
// freed memory makes a command that creates a million small objects a quarter faster.
void tune_allocation() {
#ifdef __GLIBC__
  ::mallopt(M_TOP_PAD, 16 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 256 << 20);
  ::mallopt(M_MMAP_THRESHOLD, 4 << 20);  // the default would stay small from here on
#endif
}

}  // namespace

int main(int argc, char** argv) {
  tune_allocation();
  dvx::install_interrupt_handlers();
  dvx::ProcessContext context;
  context.arguments.assign(argv + 1, argv + argc);
  context.surroundings.cwd = working_directory();
  context.surroundings.executable = executable_path();
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string::npos)
      context.surroundings.environment[text.substr(0, equals)] = text.substr(equals + 1);
  }
  context.stdout_is_terminal = ::isatty(1) == 1;
  context.stderr_is_terminal = ::isatty(2) == 1;
  return dvx::run(std::move(context));
}
