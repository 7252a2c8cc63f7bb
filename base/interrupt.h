// The request to stop that a signal makes. It is one flag for the whole process; a signal handler sets it,
// and long loops ask for it.
#pragma once

namespace dvx {

// Installs handlers for SIGINT, SIGTERM and SIGHUP. The first signal asks the process to stop, and
// interrupt_count() tells whether further ones came. When a second signal comes before any loop has asked
// about the first, it ends the process at once. Call this once, from main.
void install_interrupt_handlers();
// Returns 0, or the number of the first signal that came.
int interrupt_signal();
// Returns how many signals came.
int interrupt_count();
// Throws Error{Interrupted} when a signal came.
void throw_if_interrupted();
void reset_interrupt_for_tests(int signal = 0);

}  // namespace dvx
