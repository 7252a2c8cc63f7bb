// A backend that fails on purpose, for tests of transfer, retry and crash. Every call is first shown to the
// hook `before`, which may throw, wait or end the process.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "objects/backend/backend.h"

namespace dvx {

enum class BackendCall : std::uint8_t { Stat, Read, Write, WriteIfAbsent, List, Remove };

struct BackendCallInfo {
  BackendCall call = BackendCall::Stat;
  // The name or the prefix.
  std::string name;
  // The number of this call among all calls, counted from 1.
  std::uint64_t number = 0;
  // The number of bytes to write.
  std::uint64_t bytes = 0;
};

class FaultBackend final : public Backend {
 public:
  using Hook = std::function<void(const BackendCallInfo&)>;

  // `inner` must outlive this object.
  FaultBackend(Backend& inner, Hook before) : inner_(inner), before_(std::move(before)) {}
  std::string url() const override { return inner_.url(); }
  std::optional<BackendEntry> stat(const std::string& name) override;
  void read(const std::string& name, std::uint64_t offset, std::optional<std::uint64_t> length,
            Sink& sink) override;
  void write(const std::string& name, Source& source, std::uint64_t size) override;
  WriteResult write_if_absent(const std::string& name, Source& source, std::uint64_t size) override;
  void list(const std::string& prefix, const std::function<void(const BackendEntry&)>& visit) override;
  void remove(const std::string& name) override;

  std::uint64_t calls() const;

 private:
  void announce(BackendCall call, const std::string& name, std::uint64_t bytes = 0);

  Backend& inner_;
  Hook before_;
  mutable std::mutex mutex_;
  std::uint64_t calls_ = 0;
};

// Returns a hook that makes each `n`-th call fail with Error{Network}.
FaultBackend::Hook fail_every(std::uint64_t n);

}  // namespace dvx
