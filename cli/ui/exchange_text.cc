#include "cli/ui/exchange_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"

namespace dvx {

namespace {

Shown summary(const RemoteExchange& exchange, Direction direction) {
  const bool sent = direction == Direction::Sent;
  if (exchange.objects == 0) {
    if (!exchange.complete()) return {};
    return sent ? show("everything is on '{}' already\n", exchange.remote) : "everything is here already\n";
  }
  const Shown already =
      exchange.already_there == 0
          ? ""
          : show(", {} already {}", human_count(exchange.already_there, "object"), sent ? "there" : "here");
  return show("{} {} '{}' ({}){}\n", human_count(exchange.objects, "object"),
              sent ? "sent to" : "received from", exchange.remote, human_size(exchange.bytes), already);
}

void fail(Outcome& outcome, Error error) {
  outcome.exit = std::max(outcome.exit, exit_code(error.kind()));
  outcome.errors.push_back(std::move(error));
}

nlohmann::json named_json(const std::vector<NamedObject>& objects) {
  auto list = nlohmann::json::array();
  for (const NamedObject& object : objects) {
    list.push_back({{"path", display_path(object.path)}, {"id", object.id.to_hex()}});
  }
  return list;
}

}  // namespace

void add_exchange(Outcome& outcome, const RemoteExchange& exchange, Direction direction,
                  const Repository& repository) {
  outcome.text += summary(exchange, direction);
  const bool sent = direction == Direction::Sent;
  for (const NamedObject& object : exchange.missing) {
    const std::string path = display_path(repository.to_user(object.path));
    fail(outcome,
         Error(ErrorKind::NotFound,
               fmt::format("'{}' ({}) is missing here and on '{}'", path, object.id.short_hex(),
                           exchange.remote),
               sent ? "dvx fetch -r <another remote>" : "dvx push   (in a clone that has it)", object.path));
  }
  for (const NamedObject& object : exchange.damaged) {
    const std::string path = display_path(repository.to_user(object.path));
    fail(outcome, Error(ErrorKind::Corruption,
                        fmt::format("'{}' ({}) is damaged {}", path, object.id.short_hex(),
                                    sent ? "in the store and was not sent" : "on '" + exchange.remote + "'"),
                        sent ? "dvx fsck --repair" : "dvx push   (in a clone that has it)", object.path));
  }
  if (!exchange.missing_runs.empty()) {
    outcome.warnings.push_back(fmt::format(
        "{} missing here and on '{}', the first is {}: lineage ends there",
        exchange.missing_runs.size() == 1 ? "1 run record is"
                                          : human_count(exchange.missing_runs.size(), "run record") + " are",
        exchange.remote, exchange.missing_runs.front().short_hex()));
  }
}

nlohmann::json exchange_json(const RemoteExchange& exchange) {
  auto runs = nlohmann::json::array();
  for (const ObjectId& run : exchange.missing_runs) runs.push_back(run.to_hex());
  return {{"remote", exchange.remote},
          {"url", exchange.url},
          {"objects", exchange.objects},
          {"already_there", exchange.already_there},
          {"bytes", exchange.bytes},
          {"missing", named_json(exchange.missing)},
          {"damaged", named_json(exchange.damaged)},
          {"missing_runs", runs}};
}

}  // namespace dvx
