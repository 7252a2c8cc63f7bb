#include "objects/store/ingest.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <deque>
#include <mutex>
#include <utility>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_time.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/stream.h"
#include "base/thread_pool.h"
#include "objects/store/block_reader.h"
#include "objects/store/content_encoder.h"
#include "objects/store/frame_writer.h"
#include "objects/store/object_store.h"
#include "objects/store/store_impl.h"
#include "objects/store/whole_writer.h"

namespace dvx {

namespace {

// A file up to this size is read whole by one task.
constexpr std::size_t kInlineSize = std::size_t{1} << 20;
// A task takes this many small files, or this many bytes.
constexpr std::size_t kBatchFiles = 128;
constexpr std::uint64_t kBatchBytes = std::uint64_t{2} << 20;
// For so few files and bytes, waking a thread costs more than the work.
constexpr std::size_t kFewFiles = 4;
constexpr std::uint64_t kFewBytes = std::uint64_t{256} << 10;
// Each thread has its own buffers, so this limit bounds memory.
constexpr std::size_t kMaxThreads = 16;
constexpr std::size_t kQueueLimit = 32;

struct QueuedFile {
  std::string path;
  std::uint64_t token = 0;
};

struct OpenedFile {
  UniqueFd fd;
  FileStamp stamp;
};

FileStamp stamp_of_fd(int fd, const std::string& path) {
  struct ::stat st {};
  if (::fstat(fd, &st) != 0) throw system_error("stat", path);
  return stamp_of(st);
}

OpenedFile open_regular(const std::string& path) {
  OpenedFile file;
  // With O_NONBLOCK, opening a fifo does not wait for a writer.
  const int fd = beneath::open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) throw system_error("open", path);
  file.fd.reset(fd);
  file.stamp = stamp_of_fd(fd, path);
  if (!S_ISREG(file.stamp.mode)) {
    throw Error(ErrorKind::Io, fmt::format("'{}' is not a regular file", display_path(path)), {}, path);
  }
  return file;
}

void throw_if_changed(const OpenedFile& file, const std::string& path) {
  if (stamp_of_fd(file.fd.get(), path) == file.stamp) return;
  throw Error(ErrorKind::Io, fmt::format("'{}' changed while it was read", display_path(path)),
              "try again when nothing writes to it", path);
}

// The tools of a task, which are kept from one task to the next.
struct WorkContext {
  ContentEncoder encoder;
  Hasher hasher;
  std::vector<std::byte> buffer;
};

// A file that is too big for one task. One thread cuts it while others encode the chunks.
struct CutFile {
  QueuedFile queued;
  OpenedFile opened;
  std::uint64_t size = 0;
  ObjectId id;
  // There is one part for each block. References to parts stay valid while the deque grows.
  std::deque<std::vector<RecipeChunk>> parts;
  // Counts the cutter itself and one task for each block given out.
  std::atomic<std::size_t> unfinished{1};
};

using Chunks = std::vector<std::span<const std::byte>>;  // pieces of one block

enum class CutBy { ManyTasks, OneTask };

// The session takes small files and big files in different ways.
//
// Files up to kInlineSize are collected into batches, and one worker takes a batch at a time: it reads each
// file whole, hashes it, and lets the encoder cut and compress it into frames. A bigger file goes to a cutter
// thread. The cutter reads blocks ahead, hashes the whole file, finds the cuts, and gives the chunks of each
// block to the workers, which hash and compress them in parallel. The worker that finishes the last block
// writes the recipe. Every frame goes to the one FrameWriter, which drops a frame that it already has. A
// store that keeps whole files uses a WholeWriter instead.
//
// Memory is bounded by three limits: the queues hold at most kQueueLimit tasks, the block pool holds 4 + 2 *
// threads blocks of about 2 MB, and each thread has one context. Cutters wait for workers and for blocks, but
// workers never wait for cutters, so the session cannot deadlock. finish() commits everything; until then all
// packs lie under `tmp/`.
class IngestSession final : public Ingest {
 public:
  IngestSession(ObjectStore* store, const IngestOptions& options);
  ~IngestSession() override;
  void add_file(std::string path, std::uint64_t size_hint, std::uint64_t token) override;
  ObjectId add_bytes(std::string_view bytes) override;
  std::vector<IngestResult> collect() override;
  void finish() override;

 private:
  void run(const std::function<void(WorkContext&)>& work);
  void submit_batch();
  void take_batch(const std::vector<QueuedFile>& batch, WorkContext& context);
  std::optional<IngestResult> take_file(const QueuedFile& queued, WorkContext& context);
  ObjectId take_small(const OpenedFile& file, const std::string& path, WorkContext& context);
  void cut_file(std::shared_ptr<CutFile> file, CutBy by, WorkContext& context);
  void cut_blocks(const std::shared_ptr<CutFile>& file, CutBy by, WorkContext& context);
  void give_out(const std::shared_ptr<CutFile>& file, std::shared_ptr<Block> block, Chunks chunks, CutBy by,
                WorkContext& context);
  void leave(const std::shared_ptr<CutFile>& file, WorkContext& context);
  void report(std::vector<IngestResult> results);
  void report_failed(const QueuedFile& queued, const Error& error);
  void advance(std::uint64_t files, std::uint64_t bytes);
  void throw_failure();

  bool keeps() const { return frames_ != nullptr; }

  ObjectStore* store_;  // null when only hashing
  IngestOptions options_;
  std::size_t threads_;
  std::unique_ptr<FrameWriter> frames_;  // null when only hashing
  std::unique_ptr<WholeWriter> whole_;   // set when files are stored whole
  std::vector<QueuedFile> batch_;
  std::uint64_t batch_bytes_ = 0;
  // Used by the calling thread for add_bytes.
  std::unique_ptr<WorkContext> own_context_;

  // Guards the members below.
  std::mutex mutex_;
  std::vector<IngestResult> results_;
  std::vector<std::unique_ptr<WorkContext>> idle_contexts_;
  std::exception_ptr failure_;
  std::atomic<bool> failed_{false};

  BlockPool blocks_;
  ThreadPool workers_;
  // The cutters wait for workers, never the other way round.
  ThreadPool cutters_;
};

std::size_t thread_count(const IngestOptions& options) {
  return std::min(kMaxThreads, options.threads == 0 ? default_thread_count() : options.threads);
}

IngestSession::IngestSession(ObjectStore* store, const IngestOptions& options)
    : store_(store),
      options_(options),
      threads_(thread_count(options)),
      blocks_(4 + 2 * threads_),
      workers_(threads_, kQueueLimit),
      cutters_((threads_ + 1) / 2, kQueueLimit) {
  if (options.mode == IngestMode::HashOnly) return;
  frames_ = std::make_unique<FrameWriter>(*store_);
  if (store_->impl().options.encoding == Encoding::Whole) whole_ = std::make_unique<WholeWriter>(*store_);
}

// Tasks that are still queued are skipped, since nothing becomes visible without finish().
IngestSession::~IngestSession() {
  failed_ = true;
}

void IngestSession::throw_failure() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

// Runs one task with a context that no other task is using. The first failure ends the session; later tasks
// do nothing.
void IngestSession::run(const std::function<void(WorkContext&)>& work) {
  if (failed_) return;
  std::unique_ptr<WorkContext> context;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_contexts_.empty()) {
      context = std::move(idle_contexts_.back());
      idle_contexts_.pop_back();
    }
  }
  std::exception_ptr failure;
  try {
    if (!context) context = std::make_unique<WorkContext>();
    if (options_.stops_when_interrupted) throw_if_interrupted();
    work(*context);
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  if (context) idle_contexts_.push_back(std::move(context));
  if (!failure) return;
  if (!failure_) failure_ = failure;
  failed_ = true;
}

void IngestSession::add_file(std::string path, std::uint64_t size_hint, std::uint64_t token) {
  if (failed_) throw_failure();
  if (size_hint > kInlineSize && whole_ == nullptr) {
    cutters_.submit([this, queued = QueuedFile{std::move(path), token}] {
      run([&](WorkContext& context) {
        auto file = std::make_shared<CutFile>();
        file->queued = queued;
        cut_file(std::move(file), CutBy::ManyTasks, context);
      });
    });
    return;
  }
  batch_.push_back({std::move(path), token});
  batch_bytes_ += size_hint;
  if (batch_.size() >= kBatchFiles || batch_bytes_ >= kBatchBytes) submit_batch();
}

void IngestSession::submit_batch() {
  if (batch_.empty()) return;
  workers_.submit([this, batch = std::exchange(batch_, {})] {
    run([&](WorkContext& context) { take_batch(batch, context); });
  });
  batch_bytes_ = 0;
}

void IngestSession::take_batch(const std::vector<QueuedFile>& batch, WorkContext& context) {
  std::vector<IngestResult> results;
  results.reserve(batch.size());
  std::uint64_t bytes = 0;
  for (const QueuedFile& queued : batch) {
    if (auto result = take_file(queued, context)) {
      bytes += result->size;
      results.push_back(std::move(*result));
    }
  }
  advance(results.size(), bytes);
  report(std::move(results));
}

// Takes one file of a batch. An Error of the file itself becomes its result; an Error of the store ends the
// session. The path in the Error tells which of the two it is.
std::optional<IngestResult> IngestSession::take_file(const QueuedFile& queued, WorkContext& context) {
  IngestResult result;
  result.token = queued.token;
  try {
    OpenedFile file = open_regular(queued.path);
    result.stamp = file.stamp;
    result.size = file.stamp.size;
    if (whole_ == nullptr && file.stamp.size > kInlineSize) {
      auto cut = std::make_shared<CutFile>();
      cut->queued = queued;
      cut->opened = std::move(file);
      cut_file(std::move(cut), CutBy::OneTask, context);
      return std::nullopt;
    }
    result.id = whole_ ? whole_->add(file.fd.get(), queued.path) : take_small(file, queued.path, context);
    if (whole_) throw_if_changed(file, queued.path);
  } catch (const Error& e) {
    if (e.path() != queued.path) throw;
    result.error = e;
  }
  return result;
}

ObjectId IngestSession::take_small(const OpenedFile& file, const std::string& path, WorkContext& context) {
  if (context.buffer.size() < file.stamp.size) {
    constexpr std::size_t kLeast = 16 << 10;
    context.buffer.resize(std::max(kLeast, std::bit_ceil(static_cast<std::size_t>(file.stamp.size))));
  }
  const auto buffer = std::span(context.buffer).first(static_cast<std::size_t>(file.stamp.size));
  const std::size_t n = read_up_to(file.fd.get(), buffer, path);
  throw_if_changed(file, path);
  const std::span<const std::byte> content = buffer.first(n);
  context.hasher.update(content);
  const ObjectId id = context.hasher.finish();
  if (keeps()) context.encoder.encode(id, content, *frames_);
  return id;
}

void IngestSession::cut_file(std::shared_ptr<CutFile> file, CutBy by, WorkContext& context) {
  const QueuedFile& queued = file->queued;
  try {
    if (!file->opened.fd) file->opened = open_regular(queued.path);
    cut_blocks(file, by, context);
    throw_if_changed(file->opened, queued.path);
  } catch (const Error& e) {
    if (e.path() != queued.path) throw;
    report_failed(queued, e);
    return;  // the count never reaches zero, so no recipe is written
  }
  leave(file, context);
}

void IngestSession::cut_blocks(const std::shared_ptr<CutFile>& file, CutBy by, WorkContext& context) {
  // A worker that cuts uses blocks of its own, because the shared blocks may be held by tasks that wait for a
  // worker.
  BlockPool own_blocks(2);
  BlockReader reader(file->opened.fd.get(), file->queued.path, by == CutBy::OneTask ? own_blocks : blocks_);
  Hasher hasher;
  // This is shorter than the longest chunk, so its end may lie in the next block.
  std::vector<std::byte> rest;
  while (std::shared_ptr<Block> block = reader.next()) {
    if (failed_) return;
    if (options_.stops_when_interrupted) throw_if_interrupted();
    hasher.update(block->bytes());
    file->size += block->bytes().size();
    advance(0, block->bytes().size());
    if (!keeps()) continue;
    block->prepend(rest);
    Chunks chunks;
    std::span<const std::byte> left = block->bytes();
    for (; left.size() >= kMaxChunk; left = left.subspan(chunks.back().size())) {
      chunks.push_back(left.first(next_chunk(left)));
    }
    rest.assign(left.begin(), left.end());
    if (!chunks.empty()) give_out(file, std::move(block), std::move(chunks), by, context);
  }
  if (!rest.empty()) {
    file->parts.emplace_back();
    for (std::span<const std::byte> left = rest; !left.empty();) {
      const std::size_t length = next_chunk(left);
      file->parts.back().push_back(context.encoder.encode_chunk(left.first(length), *frames_));
      left = left.subspan(length);
    }
  }
  file->id = hasher.finish();
}

void IngestSession::give_out(const std::shared_ptr<CutFile>& file, std::shared_ptr<Block> block,
                             Chunks chunks, CutBy by, WorkContext& context) {
  std::vector<RecipeChunk>& part = file->parts.emplace_back();
  const auto encode = [this, file, block = std::move(block), chunks = std::move(chunks),
                       &part](WorkContext& own) {
    for (const std::span<const std::byte> chunk : chunks)
      part.push_back(own.encoder.encode_chunk(chunk, *frames_));
  };
  if (by == CutBy::OneTask) {
    encode(context);
    return;
  }
  file->unfinished.fetch_add(1);
  workers_.submit([this, file, encode] {
    run([&](WorkContext& own) {
      encode(own);
      leave(file, own);
    });
  });
}

// The last one to leave knows all chunks of the file and writes its recipe.
void IngestSession::leave(const std::shared_ptr<CutFile>& file, WorkContext& context) {
  if (file->unfinished.fetch_sub(1) != 1) return;
  if (keeps()) {
    Recipe recipe;
    for (const auto& part : file->parts) recipe.chunks.insert(recipe.chunks.end(), part.begin(), part.end());
    // A file may have shrunk to one chunk before it was opened. It needs no recipe, because that chunk has
    // the id of the file.
    if (recipe.chunks.size() > 1) context.encoder.encode_recipe(file->id, recipe, *frames_);
    if (recipe.chunks.empty()) context.encoder.encode(file->id, {}, *frames_);
  }
  advance(1, 0);
  IngestResult result;
  result.token = file->queued.token;
  result.id = file->id;
  result.size = file->size;
  result.stamp = file->opened.stamp;
  report({std::move(result)});
}

void IngestSession::report(std::vector<IngestResult> results) {
  const std::lock_guard lock(mutex_);
  std::move(results.begin(), results.end(), std::back_inserter(results_));
}

void IngestSession::report_failed(const QueuedFile& queued, const Error& error) {
  IngestResult result;
  result.token = queued.token;
  result.error = error;
  report({std::move(result)});
}

void IngestSession::advance(std::uint64_t files, std::uint64_t bytes) {
  if (options_.progress != nullptr) options_.progress->advance(files, bytes);
}

ObjectId IngestSession::add_bytes(std::string_view bytes) {
  if (!keeps()) return ObjectId::of(bytes);
  if (failed_) throw_failure();
  if (!own_context_) own_context_ = std::make_unique<WorkContext>();
  const ObjectId id = ObjectId::of(bytes);
  own_context_->encoder.encode(id, as_bytes(bytes), *frames_);
  return id;
}

std::vector<IngestResult> IngestSession::collect() {
  const bool are_few = batch_.size() <= kFewFiles && batch_bytes_ <= kFewBytes;
  if (are_few && !batch_.empty()) {
    run([this](WorkContext& context) { take_batch(std::exchange(batch_, {}), context); });
    batch_bytes_ = 0;
  } else {
    submit_batch();
  }
  cutters_.wait();
  workers_.wait();
  throw_failure();
  std::vector<IngestResult> results;
  {
    const std::lock_guard lock(mutex_);
    results.swap(results_);
  }
  std::sort(results.begin(), results.end(), [](const auto& a, const auto& b) { return a.token < b.token; });
  return results;
}

void IngestSession::finish() {
  submit_batch();
  cutters_.wait();
  workers_.wait();
  throw_failure();
  if (whole_) whole_->publish();
  if (frames_) frames_->commit();
}

}  // namespace

FileStamp stamp_of(const struct ::stat& st) {
  return {.device = st.st_dev,
          .inode = st.st_ino,
          .size = static_cast<std::uint64_t>(st.st_size),
          .mtime_ns = to_ns(st.st_mtim),
          .ctime_ns = to_ns(st.st_ctim),
          .mode = st.st_mode};
}

std::unique_ptr<Ingest> ObjectStore::begin_ingest(const IngestOptions& options) {
  return std::make_unique<IngestSession>(this, options);
}

}  // namespace dvx
