#include "objects/store/store_use.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <thread>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/sharing.h"

namespace dvx {

namespace {
constexpr std::chrono::milliseconds kPause{20};  // between attempts

std::string use_path(const std::string& store_directory) {
  return join_path(store_directory, "use.lock");
}
}  // namespace

std::optional<FileLock> share_store(const std::string& store_directory) {
  if (beneath::access(store_directory, X_OK) != 0) return std::nullopt;  // opening the store reports this
  if (!exists(join_path(store_directory, "format"))) return std::nullopt;
  heed_sharing(store_directory);
  const std::string path = use_path(store_directory);
  if (!exists(path) && beneath::access(store_directory, W_OK) != 0) return std::nullopt;
  return FileLock::acquire(path, LockMode::Shared);
}

FileLock claim_store(const std::string& store_directory, std::chrono::milliseconds patience) {
  heed_sharing(store_directory);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (auto lock = FileLock::try_acquire(use_path(store_directory), LockMode::Exclusive))
      return std::move(*lock);
    throw_if_interrupted();
    if (std::chrono::steady_clock::now() >= deadline) break;
    std::this_thread::sleep_for(kPause);
  }
  throw Error(ErrorKind::Locked, fmt::format("another dvx writes to the store '{}'", store_directory),
              "dvx gc --apply   (when it has ended)", store_directory);
}

FileLock lock_collection(const std::string& store_directory) {
  heed_sharing(store_directory);
  if (auto lock = FileLock::try_acquire(join_path(store_directory, "gc.lock"), LockMode::Exclusive))
    return std::move(*lock);
  throw Error(ErrorKind::Locked, fmt::format("another dvx gc is at work in the store '{}'", store_directory),
              "dvx gc --apply   (when it has ended)", store_directory);
}

}  // namespace dvx
