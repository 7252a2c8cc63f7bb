// The pair of interfaces through which bytes flow: a Source gives bytes, and a Sink takes them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace dvx {

class Source {
 public:
  virtual ~Source() = default;
  // Fills the front of `out` and returns the number of bytes. It returns 0 only at the end. Throws Error.
  virtual std::size_t read(std::span<std::byte> out) = 0;
  // Goes back to the first byte, so that a failed transfer can be tried again. Returns false when the source
  // cannot do that.
  virtual bool rewind() { return false; }
};

class Sink {
 public:
  virtual ~Sink() = default;
  // Takes all of the bytes or throws Error.
  virtual void write(std::span<const std::byte> bytes) = 0;
};

class StringSource final : public Source {
 public:
  // `bytes` must outlive this object.
  explicit StringSource(std::string_view bytes) : all_(bytes), rest_(bytes) {}
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

// Discards the bytes, for reads that only check.
class NullSink final : public Sink {
 public:
  void write(std::span<const std::byte>) override {}
};

// Reads from a descriptor that somebody else owns. `path` is used in messages, here and in FdSink.
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
