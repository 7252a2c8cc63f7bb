// One process-wide wish to stop, set by a signal handler and asked for by long loops.
#pragma once

namespace dvx {

// Installs handlers for SIGINT, SIGTERM and SIGHUP. The first signal sets the wish; a second one of SIGINT
// sets it to "now". A second one of any that comes before anybody asked ends the process at once. Call once
// from main.
void install_interrupt_handlers();
int interrupt_signal();       // 0, or the first signal that came
int interrupt_count();        // how many came
void throw_if_interrupted();  // Error{Interrupted}
void reset_interrupt_for_tests(int signal = 0);

}  // namespace dvx
