#include "core/workspace/pipeline_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/file_time.h"
#include "base/path.h"
#include "base/version.h"
#include "core/formats/pipeline/pipeline_image.h"
#include "core/workspace/pipelines.h"

namespace dvx {

namespace {

std::string stamp_of_program(const std::string& executable) {
  const auto st = executable.empty() ? std::nullopt : stat_if_exists(executable);
  return st ? fmt::format("{}.{}.{}", st->st_ino, st->st_size, to_ns(st->st_mtim)) : "";
}

// Another build of the same version may read otherwise. And a cache that somebody put into a clone is not
// believed: he would have to know which inode the clone's directory gets.
std::string describe_reader(const Repository& repository, const PipelineReading& reading) {
  const auto directory = stat_if_exists(repository.dvx_dir());
  return fmt::format("dvx {}; program {}; directory {}; booleans {}; lists {}", dvx_version(),
                     stamp_of_program(repository.surroundings().executable),
                     directory ? directory->st_ino : 0, static_cast<int>(reading.unpack.booleans),
                     static_cast<int>(reading.unpack.lists));
}

std::optional<ObjectId> id_of(const std::optional<std::string>& text) {
  return text ? std::optional(ObjectId::of(*text)) : std::nullopt;
}

class PipelineCache {
 public:
  PipelineCache(Repository& repository, const std::vector<std::string>& files, const PipelineReading& reading)
      : file_(join_path(repository.dvx_dir(), "pipeline.cache")), reading_(reading) {
    sources_.reader = describe_reader(repository, reading);
    sources_.files = files;
  }

  PipelineFile read() {
    if (auto known = find()) return *std::move(known);
    PipelineReading recorded = reading_;
    recorded.read = [this](const std::string& path) { return read_and_note(path); };
    PipelineFile pipeline = read_pipelines(sources_.files, recorded);
    if (!is_torn_) keep(pipeline);
    return pipeline;
  }

 private:
  std::optional<PipelineFile> find() const {
    const auto bytes = read_cache();
    if (!bytes) return std::nullopt;
    return read_pipeline_image(*bytes, [this](const PipelineSources& then) { return is_current(then); });
  }

  std::optional<std::string> read_cache() const {
    try {
      return read_file_if_exists(file_);
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  // Texts are asked for in the order in which parsing would, up to the first that differs.
  bool is_current(const PipelineSources& then) const {
    return then.reader == sources_.reader && then.files == sources_.files &&
           std::ranges::all_of(then.texts, [this](const PipelineSources::Text& text) {
             return id_of(reading_.read(text.path)) == text.id;
           });
  }

  std::optional<std::string> read_and_note(const std::string& path) {
    auto text = reading_.read(path);
    const auto [noted, is_new] = noted_.try_emplace(path, id_of(text));
    if (is_new) {
      sources_.texts.push_back({path, noted->second});
    } else if (noted->second != id_of(text)) {
      is_torn_ = true;  // it changed meanwhile: the pipeline follows from no one state of the files
    }
    return text;
  }

  void keep(const PipelineFile& pipeline) const {
    try {
      write_file_atomically(file_, write_pipeline_image(sources_, pipeline), 0666, Durability::Relaxed);
    } catch (const Error&) {
      // Parsed again the next time.
    }
  }

  const std::string file_;
  const PipelineReading& reading_;
  PipelineSources sources_;
  std::unordered_map<std::string, std::optional<ObjectId>> noted_;  // the texts of sources_, by path
  bool is_torn_ = false;
};

}  // namespace

PipelineFile read_pipelines_once(Repository& repository, const std::vector<std::string>& files,
                                 const PipelineReading& reading) {
  return PipelineCache(repository, files, reading).read();
}

}  // namespace dvx
