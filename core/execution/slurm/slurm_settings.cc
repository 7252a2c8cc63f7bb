#include "core/execution/slurm/slurm_settings.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "base/quantity.h"
#include "core/formats/pipeline/stage_demands.h"
#include "core/repo/home_path.h"

namespace dvx {

namespace {

std::string text_or(Repository& repository, const char* key, std::string otherwise) {
  return repository.config().get(key).value_or(std::move(otherwise));
}

std::chrono::milliseconds duration_or(Repository& repository, const char* key,
                                      std::chrono::milliseconds otherwise) {
  const auto text = repository.config().get(key);
  if (!text) return otherwise;
  if (const auto duration = parse_duration(*text)) return *duration;
  throw Error(ErrorKind::Config, fmt::format("'{}' is '{}', which is no time such as 2s or 1m", key, *text),
              fmt::format("dvx config {} 2s", key));
}

}  // namespace

std::optional<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool is_open = false;  // a word has begun: it may be empty and yet be one
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      is_open = true;
    } else if (c == ' ' || c == '\t') {
      if (is_open) words.push_back(std::exchange(word, {}));
      is_open = false;
    } else {
      word += c;
      is_open = true;
    }
  }
  if (quote != 0) return std::nullopt;
  if (is_open) words.push_back(std::move(word));
  return words;
}

SlurmSettings slurm_settings(Repository& repository) {
  SlurmSettings settings;
  settings.account = text_or(repository, "slurm.account", "");
  settings.partition = text_or(repository, "slurm.partition", "");
  settings.executable =
      resolve_home(text_or(repository, "slurm.executable", repository.surroundings().executable),
                   repository.surroundings(), "slurm.executable");
  settings.poll = duration_or(repository, "slurm.poll", settings.poll);
  settings.patience = duration_or(repository, "slurm.patience", settings.patience);
  const std::string options = text_or(repository, "slurm.options", "");
  auto words = split_words(options);
  if (!words) {
    throw Error(ErrorKind::Config, fmt::format("'slurm.options' has a quote that is not closed: {}", options),
                "dvx config slurm.options -- --qos=long");
  }
  settings.options = *std::move(words);
  return settings;
}

}  // namespace dvx
