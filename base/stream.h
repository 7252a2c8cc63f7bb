// The pair of seams through which bytes flow: a Source gives them, a Sink takes them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace dvx {

class Source {
 public:
  virtual ~Source() = default;
  // Fills the front of `out`; returns the bytes given, 0 only at the end. Throws Error.
  virtual std::size_t read(std::span<std::byte> out) = 0;
  // Back to the first byte, so that a transfer that failed can be tried again; false when that cannot be
  // done.
  virtual bool rewind() { return false; }
};

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(std::span<const std::byte> bytes) = 0;  // takes all of it or throws Error
};

class StringSource final : public Source {
 public:
  explicit StringSource(std::string_view bytes) : all_(bytes), rest_(bytes) {}  // `bytes` outlives this
  std::size_t read(std::span<std::byte> out) override;
  bool rewind() override;

 private:
  std::string_view all_, rest_;
};

class StringSink final : public Sink {
 public:
  void write(std::span<const std::byte> bytes) override;
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// For reading that only checks.
class NullSink final : public Sink {
 public:
  void write(std::span<const std::byte>) override {}
};

// Reads and writes a descriptor owned by somebody else; `path` is for messages.
class FdSource final : public Source {
 public:
  FdSource(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  std::size_t read(std::span<std::byte> out) override;

 private:
  int fd_;
  std::string path_;
};

class FdSink final : public Sink {
 public:
  FdSink(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  void write(std::span<const std::byte> bytes) override;

 private:
  int fd_;
  std::string path_;
};

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}
inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace dvx
