// The messages with which push, fetch and pull report what they did with a remote.
#pragma once

#include <string>

#include "cli/command.h"
#include "core/share/exchange.h"

namespace dvx {

enum class Direction { Sent, Received };

// Adds the lines, errors and warnings of one exchange, and raises the exit status when data is missing or
// damaged.
void add_exchange(Outcome& outcome, const RemoteExchange& exchange, Direction direction,
                  const Repository& repository);
nlohmann::json exchange_json(const RemoteExchange& exchange);

}  // namespace dvx
