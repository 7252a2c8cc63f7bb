#include "core/pipeline/stage_environment.h"

namespace dvx {

std::map<std::string, std::string> stage_environment(const std::map<std::string, std::string>& process,
                                                     const std::map<std::string, std::string>& own) {
  std::map<std::string, std::string> result = {
      {"LANG", "C.UTF-8"},
      {"LC_ALL", "C.UTF-8"},
      {"PATH", "/usr/local/bin:/usr/bin:/bin"},
      {"PYTHONDONTWRITEBYTECODE",
       "1"},  // __pycache__ must not appear inside of a dependency while it is used
      {"PYTHONHASHSEED", "0"},
      {"PYTHONUNBUFFERED", "1"},
      {"SHELL", "/bin/sh"},
      {"SOURCE_DATE_EPOCH", "315532800"},  // 1980-01-01, the first date that zip can hold
      {"TZ", "UTC"},
  };
  for (const char* name : {"PATH", "HOME", "USER", "LOGNAME", "TMPDIR"}) {
    if (const auto found = process.find(name); found != process.end()) result[name] = found->second;
  }
  for (const auto& [name, value] : own) result[name] = value;
  return result;
}

}  // namespace dvx
