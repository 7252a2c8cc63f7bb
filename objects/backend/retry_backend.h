// Repeats calls that failed with Error{Network}, waiting longer each time. A read continues where it stopped,
// so the sink sees every byte once. A write starts again, which needs a Source that can rewind().
//
// After a repeat, `write_if_absent` may return Existed for bytes that its own first try wrote. This does no
// harm, because names are made from content.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "objects/backend/backend.h"

namespace dvx {

struct RetryOptions {
  int attempts = 5;
  // The wait before the second try; it doubles each time.
  std::chrono::milliseconds first_delay{200};
  // The function that waits; when it is empty, the thread sleeps. An interrupt (base/interrupt.h) then ends
  // the wait with Error{Interrupted}.
  std::function<void(std::chrono::milliseconds)> wait;
};

class RetryBackend final : public Backend {
 public:
  explicit RetryBackend(std::unique_ptr<Backend> inner, RetryOptions options = {});
  std::string url() const override { return inner_->url(); }
  std::optional<BackendEntry> stat(const std::string& name) override;
  void read(const std::string& name, std::uint64_t offset, std::optional<std::uint64_t> length,
            Sink& sink) override;
  void write(const std::string& name, Source& source, std::uint64_t size) override;
  WriteResult write_if_absent(const std::string& name, Source& source, std::uint64_t size) override;
  void list(const std::string& prefix, const std::function<void(const BackendEntry&)>& visit) override;
  void remove(const std::string& name) override;

 private:
  void attempt(const std::function<void()>& call, const std::function<bool()>& may_repeat);

  std::unique_ptr<Backend> inner_;
  RetryOptions options_;
};

}  // namespace dvx
