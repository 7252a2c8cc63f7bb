#include "core/pipeline/url_states.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/display.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/subprocess.h"

namespace dvx {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

}  // namespace

std::optional<std::string> url_state(std::string_view headers) {
  std::map<std::string, std::string> fields;
  while (!headers.empty()) {
    const std::size_t end = std::min(headers.find('\n'), headers.size());
    const std::string_view line = trimmed(headers.substr(0, end));
    headers.remove_prefix(std::min(end + 1, headers.size()));
    if (line.starts_with("HTTP/")) fields.clear();  // a redirection before this one
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos)
      fields[lower(line.substr(0, colon))] = trimmed(line.substr(colon + 1));
  }
  for (const char* name : {"etag", "content-md5"}) {
    if (!fields[name].empty()) return fmt::format("{}: {}", name, fields[name]);
  }
  if (fields["last-modified"].empty()) return std::nullopt;
  return fmt::format("last-modified: {}, {} bytes", fields["last-modified"],
                     fields["content-length"].empty() ? "?" : fields["content-length"]);
}

const std::string& UrlStates::of(const std::string& url, const std::string& stage) {
  const auto known = states_.find(url);
  if (known != states_.end()) return known->second;
  ProcessOptions options;
  options.environment = repository_.surroundings().environment;
  options.die_with_us = true;
  options.should_stop = [] { return interrupt_signal() != 0; };
  options.kill_now = [] { return interrupt_count() > 1; };
  // Without the settings of whoever runs it; a redirection must stay on the web.
  const ProcessResult result =
      run_process({"curl", "--disable", "--silent", "--show-error", "--fail", "--location", "--head",
                   "--max-time", "60", "--proto", "=http,https", "--", url},
                  options);
  throw_if_interrupted();
  constexpr int kHttpError = 22;  // of curl --fail
  if (!result.ok()) {
    const bool answered = result.exit_status == kHttpError;
    throw Error(answered ? ErrorKind::NotFound : ErrorKind::Network,
                fmt::format("dependency '{}' of stage '{}': {}", url, stage, trimmed(result.error_output)),
                fmt::format("curl --head --location {}", paste_quote(url)), url);
  }
  auto state = url_state(result.output);
  if (!state) {
    throw Error(
        ErrorKind::NotFound,
        fmt::format("dependency '{}' of stage '{}': the server says neither ETag nor Last-Modified, so "
                    "nobody could see a change",
                    url, stage),
        "fetch it in a stage with 'always_changed: true', and depend on what that writes", url);
  }
  return states_[url] = *std::move(state);
}

}  // namespace dvx
