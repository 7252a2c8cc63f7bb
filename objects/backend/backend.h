// The interface to a remote, which is a set of named byte strings. Names consist of relative components of
// [a-z0-9._-] that are separated by '/' and do not start with a dot (check_backend_name). Nothing else is
// assumed about the remote side. Decorators (retry, fault injection) are Backends too. Every backend must
// pass the tests in tests/contract/.
//
// The errors are Network (trying again may help), Authentication, NotFound (from read) and Io. All calls may
// come from any thread.
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
  // Gives the bytes [offset, offset + length) to `sink`, or all bytes up to the end when length is nullopt. A
  // range past the end is an Error{Corruption}.
  virtual void read(const std::string& name, std::uint64_t offset, std::optional<std::uint64_t> length,
                    Sink& sink) = 0;
  // Writes the bytes completely or not at all, and replaces what had the name. The bytes are durable on
  // return. `source` must give exactly `size` bytes; otherwise it throws Error{Internal} and writes nothing.
  virtual void write(const std::string& name, Source& source, std::uint64_t size) = 0;
  // Never replaces. When several callers write the same name at once, exactly one of them gets Written.
  virtual WriteResult write_if_absent(const std::string& name, Source& source, std::uint64_t size) = 0;
  // Visits every name that starts with `prefix`, in sorted order. The listing is complete, or an Error is
  // thrown.
  virtual void list(const std::string& prefix, const std::function<void(const BackendEntry&)>& visit) = 0;
  // Does nothing when the name is absent.
  virtual void remove(const std::string& name) = 0;
};

// Throws Error{Internal} for a name that is outside the allowed form.
void check_backend_name(std::string_view name);

std::string read_all(Backend& backend, const std::string& name);
void write_all(Backend& backend, const std::string& name, std::string_view bytes);

}  // namespace dvx
