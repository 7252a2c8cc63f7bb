// Measures the chunk index at size. It makes packs with synthetic ids, takes them up one after the other as
// `dvx add` does, and then looks ids up. It prints one line for each figure; times are of the processor. See
// docs/formats/store.md, "Ten and a hundred million chunks".
//
//   chunk_index DIRECTORY [CHUNKS [CHUNKS A PACK]]
//
// The defaults are 10,000,000 chunks and 524,288 chunks for each pack, which is the most that a pack has.
// DIRECTORY must not exist; it is left in place.
#include "objects/store/chunk_index.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <array>
#include <ctime>
#include <exception>
#include <fstream>
#include <random>
#include <span>
#include <stdexcept>
#include <string>

#include "base/directory.h"
#include "base/file.h"
#include "base/path.h"
#include "base/stream.h"
#include "objects/pack/pack_writer.h"

namespace dvx {
namespace {

constexpr std::size_t kLookups = 1'000'000;
constexpr std::uint64_t kPresent = 0x5eed, kAbsent = 0xab5e47;

// Returns the processor time of this process, so other work on the machine does not count.
double cpu_seconds() {
  struct ::timespec now {};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Returns the number of bytes that this process has passed to write(2) so far.
double written_bytes() {
  std::ifstream io("/proc/self/io");
  std::string name;
  for (double bytes = 0; io >> name >> bytes;) {
    if (name == "wchar:") return bytes;
  }
  return 0;
}

// Makes uniform ids, like those of SHA-256, with splitmix64.
ObjectId synthetic_id(std::uint64_t seed, std::uint64_t number) {
  std::array<std::uint64_t, 4> words{};
  std::uint64_t state = seed * 0x9e3779b97f4a7c15 + number * 4;
  for (std::uint64_t& word : words) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    word = z ^ z >> 31;
  }
  return ObjectId(std::as_bytes(std::span(words)).first<ObjectId::kSize>());
}

// The frames have one byte each, because only the index is measured.
std::shared_ptr<const PackReader> write_pack(const std::string& packs, std::uint64_t first,
                                             std::uint64_t count) {
  const std::string temporary = join_path(packs, ".new");
  PackWriter writer(temporary);
  const std::byte byte{};
  for (std::uint64_t i = first; i < first + count; ++i) {
    FrameInfo info;
    info.id = synthetic_id(kPresent, i);
    info.stored_length = info.raw_length = 1;
    writer.append(info, {&byte, 1});
  }
  const SealedPack sealed = writer.seal();
  const std::string path = join_path(packs, sealed.pack_id.to_hex() + ".pack");
  if (::rename(temporary.c_str(), path.c_str()) != 0) throw std::runtime_error("rename");
  return PackReader::open(path);
}

void print_lookups(const ChunkIndex& index, std::string_view what, std::uint64_t seed, std::uint64_t chunks) {
  std::mt19937_64 random(7);
  std::vector<ObjectId> ids;
  for (std::size_t i = 0; i < kLookups; ++i) ids.push_back(synthetic_id(seed, random() % chunks));
  const double begin = cpu_seconds();
  std::size_t found = 0;
  for (const ObjectId& id : ids) found += index.find(id) ? 1 : 0;
  const double seconds = cpu_seconds() - begin;
  fmt::print("{:<28} {:>8.0f} ns, {:.2f} million/s ({} of {} found)\n", what, seconds / kLookups * 1e9,
             kLookups / seconds / 1e6, found, kLookups);
}

void print_segments(const std::string& directory) {
  for (const std::string& name : names_in_directory(join_path(directory, "index"))) {
    if (!name.ends_with(".seg")) continue;
    const std::string path = join_path(directory, "index/" + name);
    fmt::print("{:<28} {:>8.1f} million entries, {:.0f} MB\n", "  segment",
               static_cast<double>(Segment::open(path)->entry_count()) / 1e6,
               static_cast<double>(stat_if_exists(path)->st_size) / 1e6);
  }
}

void run(const std::string& directory, std::uint64_t chunks, std::uint64_t a_pack) {
  const std::string packs = join_path(directory, "packs");
  make_directories(packs);
  ChunkIndex index(directory);
  double merging = 0, writing = 0, merged_bytes = 0;
  for (std::uint64_t first = 0; first < chunks; first += a_pack) {
    const double begin = cpu_seconds();
    const auto pack = write_pack(packs, first, std::min(a_pack, chunks - first));
    writing += cpu_seconds() - begin;
    const double taken = cpu_seconds();
    const double before = written_bytes();
    index.add({pack});
    merging += cpu_seconds() - taken;
    merged_bytes += written_bytes() - before;
  }
  fmt::print("{:<28} {:>8} in {} packs, written in {:.1f} s\n", "chunks", chunks, index.packs().size(),
             writing);
  fmt::print("{:<28} {:>8.2f} s, {:.0f} MB written\n", "taken up and merged", merging, merged_bytes / 1e6);
  print_segments(directory);
  print_lookups(index, "hit", kPresent, chunks);
  print_lookups(index, "miss", kAbsent, chunks);

  remove_tree(join_path(directory, "index"));
  const double begin = cpu_seconds();
  const ChunkIndex anew(directory);
  anew.packs();
  fmt::print("{:<28} {:>8.2f} s\n", "built anew from the packs", cpu_seconds() - begin);
  print_segments(directory);
  print_lookups(anew, "hit", kPresent, chunks);
  print_lookups(anew, "miss", kAbsent, chunks);
  struct ::rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  fmt::print("{:<28} {:>8} MB, mapped files included\n", "peak memory", usage.ru_maxrss >> 10);
}

}  // namespace
}  // namespace dvx

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw std::runtime_error("chunk_index DIRECTORY [CHUNKS [CHUNKS A PACK]]");
    dvx::run(argv[1], argc > 2 ? std::stoull(argv[2]) : 10'000'000,
             argc > 3 ? std::stoull(argv[3]) : dvx::kPackRollEntries);
    return 0;
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
