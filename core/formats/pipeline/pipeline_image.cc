#include "core/formats/pipeline/pipeline_image.h"

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "base/stream.h"

namespace dvx {
namespace {

constexpr std::string_view kMagic = "dvxpipe1";  // On disk: another digit when the encoding changes.

// The fields of each struct, once for writing and reading. A structured binding that does not name every
// field does not compile, so that a new one cannot be forgotten here; the order is that of the struct.
template <typename T, typename Struct>
concept Is = std::same_as<std::remove_const_t<T>, Struct>;

template <typename Archive, Is<PipelineSources::Text> T>
void fields(Archive& archive, T& text) {
  auto& [path, id] = text;
  archive(path, id);
}

template <typename Archive, Is<PipelineSources> T>
void fields(Archive& archive, T& sources) {
  auto& [reader, files, texts] = sources;
  archive(reader, files, texts);
}

template <typename Archive, Is<TextPosition> T>
void fields(Archive& archive, T& position) {
  auto& [line, column, offset] = position;
  archive(line, column, offset);
}

template <typename Archive, Is<StageDependency> T>
void fields(Archive& archive, T& dependency) {
  auto& [path, schema] = dependency;
  archive(path, schema);
}

template <typename Archive, Is<StageParams> T>
void fields(Archive& archive, T& params) {
  auto& [file, keys] = params;
  archive(file, keys);
}

template <typename Archive, Is<Annotations> T>
void fields(Archive& archive, T& about) {
  auto& [desc, type, labels, meta] = about;
  archive(desc, type, labels, meta);
}

template <typename Archive, Is<StageOutput> T>
void fields(Archive& archive, T& output) {
  auto& [path, kind, cache, persist, push, remote, schema, about, plot, compare] = output;
  archive(path, kind, cache, persist, push, remote, schema, about, plot, compare);
}

template <typename Archive, Is<StageDemands> T>
void fields(Archive& archive, T& demands) {
  auto& [cpus, gpus, memory, mutexes, timeout, retries] = demands;
  archive(cpus, gpus, memory, mutexes, timeout, retries);
}

template <typename Archive, Is<StageEach> T>
void fields(Archive& archive, T& each) {
  auto& [in, out, batch] = each;
  archive(in, out, batch);
}

template <typename Archive, Is<StageExecution> T>
void fields(Archive& archive, T& execution) {
  auto& [executor, shell, sandbox, trace, imports] = execution;
  archive(executor, shell, sandbox, trace, imports);
}

template <typename Archive, Is<Stage> T>
void fields(Archive& archive, T& stage) {
  auto& [name, group, file, commands, wdir, deps, stage_deps, urls, params, outs, env, tools, frozen,
         always_changed, demands, each, execution, desc, meta, position] = stage;
  archive(name, group, file, commands, wdir, deps, stage_deps, urls, params, outs, env, tools, frozen,
          always_changed, demands, each, execution, desc, meta, position);
}

template <typename Archive, Is<PlotDefinition> T>
void fields(Archive& archive, T& plot) {
  auto& [name, file, properties] = plot;
  archive(name, file, properties);
}

template <typename Archive, Is<Artifact> T>
void fields(Archive& archive, T& artifact) {
  auto& [name, path, about] = artifact;
  archive(name, path, about);
}

template <typename Archive, Is<PipelineFile> T>
void fields(Archive& archive, T& pipeline) {
  auto& [stages, params_files, metrics_files, plots, artifacts] = pipeline;
  archive(stages, params_files, metrics_files, plots, artifacts);
}

// Enumerators count from zero to these.
constexpr OutputKind last_of(OutputKind) {
  return OutputKind::Plot;
}
constexpr Trace last_of(Trace) {
  return Trace::Enforce;
}

class Writer {
 public:
  template <typename... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }

  std::string take() { return std::move(out_); }

 private:
  void put_number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
    out_ += static_cast<char>(value);
  }

  void put(const std::string& text) {
    put_number(text.size());
    out_ += text;
  }

  void put(const ObjectId& id) { out_ += as_text(id.bytes()); }

  void put(const std::chrono::milliseconds& time) { put_number(static_cast<std::uint64_t>(time.count())); }

  template <typename T>
  void put(const std::optional<T>& value) {
    put_number(value ? 1 : 0);
    if (value) put(*value);
  }

  template <typename T>
  void put(const std::vector<T>& values) {
    put_number(values.size());
    for (const T& value : values) put(value);
  }

  template <typename T>
  void put(const std::map<std::string, T>& values) {
    put_number(values.size());
    for (const auto& [name, value] : values) {
      put(name);
      put(value);
    }
  }

  template <typename T>
  void put(const T& value) {
    if constexpr (std::unsigned_integral<T> || std::is_enum_v<T>) {
      put_number(static_cast<std::uint64_t>(value));
    } else {
      fields(*this, value);
    }
  }

  static std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  std::string out_{kMagic};
};

// Throws Error{Corruption} at the first byte that Writer would not have written, or at the end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {
    if (take(kMagic.size()) != kMagic) fail();
  }

  template <typename... T>
  void operator()(T&... values) {
    (get(values), ...);
  }

  void expect_end() const {
    if (!rest_.empty()) fail();
  }

 private:
  [[noreturn]] static void fail() { throw Error(ErrorKind::Corruption, "not a pipeline image"); }

  std::string_view take(std::size_t count) {
    if (count > rest_.size()) fail();
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1).front());
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail();
  }

  // Of things that take at least a byte each, so that a damaged count cannot ask for more memory than the
  // bytes are worth.
  std::size_t count() {
    const std::uint64_t value = number();
    if (value > rest_.size()) fail();
    return static_cast<std::size_t>(value);
  }

  void get(std::string& text) {
    const std::size_t size = count();
    text.assign(take(size));
  }

  void get(ObjectId& id) { id = ObjectId(as_bytes(take(ObjectId::kSize)).first<ObjectId::kSize>()); }

  void get(std::chrono::milliseconds& time) {
    time = std::chrono::milliseconds(static_cast<std::int64_t>(number()));
  }

  template <typename T>
  void get(std::optional<T>& value) {
    bool is_there = false;
    get(is_there);
    if (is_there) get(value.emplace());
  }

  template <typename T>
  void get(std::vector<T>& values) {
    const std::size_t size = count();
    values.reserve(std::min(size, rest_.size() / kLeastStructSize + 1));
    for (std::size_t i = 0; i < size; ++i) get(values.emplace_back());
  }

  template <typename T>
  void get(std::map<std::string, T>& values) {
    const std::size_t size = count();
    for (std::size_t i = 0; i < size; ++i) {
      std::string name;
      get(name);
      if (!values.empty() && values.rbegin()->first >= name) fail();
      get(values.emplace_hint(values.end(), std::move(name), T())->second);
    }
  }

  template <typename T>
  void get(T& value) {
    if constexpr (std::is_enum_v<T>) {
      const std::uint64_t read = number();
      if (read > static_cast<std::uint64_t>(last_of(value))) fail();
      value = static_cast<T>(read);
    } else if constexpr (std::unsigned_integral<T>) {
      const std::uint64_t read = number();
      if (read > std::numeric_limits<T>::max()) fail();
      value = static_cast<T>(read);
    } else {
      fields(*this, value);
    }
  }

  static constexpr std::size_t kLeastStructSize =
      16;  // of a Stage, more or less: the one that comes in crowds
  std::string_view rest_;
};

}  // namespace

std::string write_pipeline_image(const PipelineSources& sources, const PipelineFile& pipeline) {
  Writer writer;
  writer(sources, pipeline);
  std::string bytes = writer.take();
  const ObjectId check = ObjectId::of(bytes);
  for (const std::byte byte : check.bytes()) bytes += static_cast<char>(byte);
  return bytes;
}

std::optional<PipelineFile> read_pipeline_image(
    std::string_view bytes, const std::function<bool(const PipelineSources&)>& is_current) {
  if (bytes.size() < kMagic.size() + ObjectId::kSize) return std::nullopt;
  const std::string_view body = bytes.substr(0, bytes.size() - ObjectId::kSize);
  const ObjectId check(as_bytes(bytes.substr(body.size())).first<ObjectId::kSize>());
  if (ObjectId::of(body) != check) return std::nullopt;
  PipelineFile pipeline;
  try {
    Reader reader(body);
    PipelineSources sources;
    reader(sources);
    if (!is_current(sources)) return std::nullopt;
    reader(pipeline);
    reader.expect_end();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Corruption) throw;  // of `is_current`
    return std::nullopt;
  }
  return pipeline;
}

}  // namespace dvx
