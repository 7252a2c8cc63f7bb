#include "cli/commands/checkout_outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include "base/display.h"
#include "base/path.h"

namespace dvx {

namespace {

// At most this many files are named; the rest is only counted.
constexpr std::size_t kNamed = 20;

Shown summary(const CheckoutReport& report) {
  Shown out;
  const auto part = [&](std::uint64_t count, std::string_view what) {
    if (count > 0) out += show("{}{} {}", out.empty() ? "" : ", ", human_count(count, "file"), what);
  };
  part(report.created, "created");
  part(report.replaced, "replaced");
  part(report.removed, "removed");
  return out.empty() ? "nothing to change\n" : out + "\n";
}

void tell_missing(Repository& repository, const CheckoutReport& report, Outcome& outcome) {
  for (const CheckoutTarget& target : report.missing) {
    outcome.errors.emplace_back(
        ErrorKind::NotFound,
        fmt::format("objects of '{}' ({}) are not in the store",
                    display_path(repository.to_user(target.path)), target.data.id.short_hex()),
        fmt::format("dvx pull {}", paste_quote(repository.to_user(target.path))), target.path);
  }
  if (!report.missing.empty()) outcome.exit = exit_code(ErrorKind::NotFound);
}

void tell_would_lose(Repository& repository, const CheckoutReport& report, const std::string& force_command,
                     Outcome& outcome) {
  if (report.would_lose.empty()) return;
  outcome.exit = exit_code(ErrorKind::Blocked);
  const std::size_t total = report.would_lose.size();
  for (std::size_t i = 0; i < total && i < kNamed; ++i) {
    const bool is_damaged = std::ranges::find(report.damaged, report.would_lose[i]) != report.damaged.end();
    outcome.text +=
        show("would be lost: {}{}\n", display_path(repository.to_user(report.would_lose[i])),
             is_damaged ? "  (what a power cut left of it: its bytes are not those that were there)" : "");
  }
  if (total > kNamed) outcome.text += show("and {} more\n", total - kNamed);
  const bool are_all_damaged = report.damaged.size() == total;
  outcome.errors.emplace_back(
      ErrorKind::Blocked, fmt::format("{} would be lost, so nothing was changed", human_count(total, "file")),
      are_all_damaged ? fmt::format("{}   (brings back what a power cut has damaged)", force_command)
                      : fmt::format("dvx commit (to keep them) or {}", force_command));
}

}  // namespace

Outcome checkout_outcome(Invocation& invocation, const CheckoutReport& report,
                         const std::string& force_command) {
  Repository& repository = invocation.repository();
  Outcome outcome;
  outcome.data = {{"created", report.created},       {"replaced", report.replaced},
                  {"removed", report.removed},       {"unchanged", report.unchanged},
                  {"would_lose", report.would_lose}, {"missing", nlohmann::json::array()}};
  for (const CheckoutTarget& target : report.missing) {
    outcome.data["missing"].push_back({{"path", target.path}, {"id", target.data.id.to_hex()}});
  }
  if (report.would_lose.empty() && !invocation.quiet()) outcome.text = summary(report);
  tell_missing(repository, report, outcome);
  tell_would_lose(repository, report, force_command, outcome);
  return outcome;
}

}  // namespace dvx
