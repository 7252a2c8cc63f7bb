#include "objects/backend/fault_backend.h"

#include <fmt/format.h>

#include "base/error.h"

namespace dvx {

void FaultBackend::announce(BackendCall call, const std::string& name, std::uint64_t bytes) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = ++calls_;
  }
  if (before_) before_({call, name, number, bytes});
}

std::uint64_t FaultBackend::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::optional<BackendEntry> FaultBackend::stat(const std::string& name) {
  announce(BackendCall::Stat, name);
  return inner_.stat(name);
}

void FaultBackend::read(const std::string& name, std::uint64_t offset, std::optional<std::uint64_t> length,
                        Sink& sink) {
  announce(BackendCall::Read, name);
  inner_.read(name, offset, length, sink);
}

void FaultBackend::write(const std::string& name, Source& source, std::uint64_t size) {
  announce(BackendCall::Write, name, size);
  inner_.write(name, source, size);
}

WriteResult FaultBackend::write_if_absent(const std::string& name, Source& source, std::uint64_t size) {
  announce(BackendCall::WriteIfAbsent, name, size);
  return inner_.write_if_absent(name, source, size);
}

void FaultBackend::list(const std::string& prefix, const std::function<void(const BackendEntry&)>& visit) {
  announce(BackendCall::List, prefix);
  inner_.list(prefix, visit);
}

void FaultBackend::remove(const std::string& name) {
  announce(BackendCall::Remove, name);
  inner_.remove(name);
}

FaultBackend::Hook fail_every(std::uint64_t n) {
  return [n](const BackendCallInfo& info) {
    if (info.number % n == 0) {
      throw Error(ErrorKind::Network,
                  fmt::format("call {} for '{}' was made to fail", info.number, info.name));
    }
  };
}

}  // namespace dvx
