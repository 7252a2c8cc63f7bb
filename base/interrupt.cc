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
  // Nobody has asked since the first one: some loop does not, and the user has asked twice.
  if (signal_count.fetch_add(1) > 0 && !was_heeded.load()) {
    ::signal(signal, SIG_DFL);
    ::raise(signal);  // comes when this handler returns
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
  ::sigaction(SIGXFSZ, &ignore, nullptr);  // a write beyond `ulimit -f` fails, and is told
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
