#include "objects/backend/open_backend.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "objects/backend/memory_backend.h"

namespace dvx {
namespace {

TEST(OpenBackend, TakesPathsAndFileUrls) {
  EXPECT_EQ(open_backend("/srv/data", "/home/me")->url(), "/srv/data");
  EXPECT_EQ(open_backend("../data", "/home/me")->url(), "/home/data");
  EXPECT_EQ(open_backend("file:///srv/data", "/home/me")->url(), "/srv/data");
  EXPECT_EQ(open_backend("file:/srv/data", "/home/me")->url(), "/srv/data");
  EXPECT_EQ(open_backend("./odd:name", "/home/me")->url(), "/home/me/odd:name");
}

TEST(OpenBackend, RefusesUnknownSchemesAndNamesTheKnown) {
  try {
    open_backend("gopher://x/y", "/");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::Config);
    EXPECT_NE(e.message().find("file"), std::string::npos);
  }
}

TEST(OpenBackend, AsksRegisteredFactories) {
  std::string seen;
  register_backend("test-scheme", [&](const std::string& url) {
    seen = url;
    return std::make_unique<MemoryBackend>();
  });
  EXPECT_EQ(open_backend("test-scheme://x", "/")->url(), "memory:");
  EXPECT_EQ(seen, "test-scheme://x");
}

}  // namespace
}  // namespace dvx
