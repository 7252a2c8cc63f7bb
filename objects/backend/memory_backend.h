// A remote in the memory of this process, for tests. It is also the simplest model of the contract.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "objects/backend/backend.h"

namespace dvx {

class MemoryBackend final : public Backend {
 public:
  std::string url() const override { return "memory:"; }
  std::optional<BackendEntry> stat(const std::string& name) override;
  void read(const std::string& name, std::uint64_t offset, std::optional<std::uint64_t> length,
            Sink& sink) override;
  void write(const std::string& name, Source& source, std::uint64_t size) override;
  WriteResult write_if_absent(const std::string& name, Source& source, std::uint64_t size) override;
  void list(const std::string& prefix, const std::function<void(const BackendEntry&)>& visit) override;
  void remove(const std::string& name) override;

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> files_;
};

}  // namespace dvx
