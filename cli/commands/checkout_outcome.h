// Formats the result of a checkout for the commands that end in one (checkout, restore, pull).
#pragma once

#include <string>

#include "cli/command.h"
#include "core/workspace/checkout.h"

namespace dvx {

// `force_command` is the command that the hint offers when something would be lost.
Outcome checkout_outcome(Invocation& invocation, const CheckoutReport& report,
                         const std::string& force_command);

}  // namespace dvx
