// A remote as named bytes. Names are relative, '/'-separated components of [a-z0-9._-] that do not start with
// a dot (check_backend_name); nothing else is assumed of the far side. Decorators (retry, fault injection)
// are Backends too. tests/contract/ is what every backend must pass.
//
// Errors: Network (trying again may help), Authentication, NotFound (read), Io. All calls may come from any
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/stream.h"

namespace dvx {

struct BackendEntry {
  std::string name;
  std::uint64_t size = 0;
};

enum class WriteResult { Written, Existed };

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string url() const = 0;
  virtual std::optional<BackendEntry> stat(const std::string& name) = 0;
  // Gives bytes [offset, offset + length) to `sink`, or to the end when length is nullopt. A range past the
  // end is an Error{Corruption}.
  virtual void read(const std::string& name, std::uint64_t offset, std::optional<std::uint64_t> length,
                    Sink& sink) = 0;
  // All or nothing, durable on return, replaces. `size` is what `source` will give; anything else is
  // Error{Internal} and nothing is written.
  virtual void write(const std::string& name, Source& source, std::uint64_t size) = 0;
  // Never replaces: of many at once exactly one gets Written.
  virtual WriteResult write_if_absent(const std::string& name, Source& source, std::uint64_t size) = 0;
  // Every name that starts with `prefix`, sorted. Complete or an Error.
  virtual void list(const std::string& prefix, const std::function<void(const BackendEntry&)>& visit) = 0;
  virtual void remove(const std::string& name) = 0;  // absent is fine
};

// Throws Error{Internal} for a name that no backend has to understand.
void check_backend_name(std::string_view name);

std::string read_all(Backend& backend, const std::string& name);
void write_all(Backend& backend, const std::string& name, std::string_view bytes);

}  // namespace dvx
