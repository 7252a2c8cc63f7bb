#include "base/interrupt.h"

#include <atomic>
#include <csignal>

#include "base/error.h"

namespace dvx {

namespace {
std::atomic<int> first_signal{0};
std::atomic<int> signal_count{0};
std::atomic<bool> was_heeded{false};

void on_signal(int signal) {
  int expected = 0;
  first_signal.compare_exchange_strong(expected, signal);
  // No loop has asked for the first signal yet, and the user now asks a second time, so the default action
  // ends the process.
  if (signal_count.fetch_add(1) > 0 && !was_heeded.load()) {
    ::signal(signal, SIG_DFL);
    ::raise(signal);  // arrives when this handler returns
  }
}
}  // namespace

void install_interrupt_handlers() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, nullptr);
  // With the signal ignored, a write beyond `ulimit -f` fails with an error that is reported.
  ::sigaction(SIGXFSZ, &ignore, nullptr);
}

int interrupt_signal() {
  const int signal = first_signal.load();
  if (signal != 0) was_heeded.store(true);
  return signal;
}
int interrupt_count() {
  return signal_count.load();
}

void throw_if_interrupted() {
  if (interrupt_signal() != 0) throw Error(ErrorKind::Interrupted, "interrupted");
}

void reset_interrupt_for_tests(int signal) {
  first_signal.store(signal);
  was_heeded.store(false);
  signal_count.store(signal == 0 ? 0 : 1);
}

}  // namespace dvx
