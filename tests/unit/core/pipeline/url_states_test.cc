#include "core/pipeline/url_states.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

TEST(UrlState, TakesTheStrongestThatTheServerSays) {
  EXPECT_EQ(url_state("HTTP/1.1 200 OK\r\nETag: \"abc\"\r\nLast-Modified: Mon\r\n\r\n"), "etag: \"abc\"");
  EXPECT_EQ(url_state("HTTP/2 200\r\ncontent-md5: xyz==\r\nlast-modified: Mon\r\n"), "content-md5: xyz==");
  EXPECT_EQ(url_state("HTTP/2 200\r\nlast-modified: Mon, 1 Jan\r\ncontent-length: 5\r\n"),
            "last-modified: Mon, 1 Jan, 5 bytes");
  EXPECT_EQ(url_state("HTTP/2 200\r\nlast-modified: Mon\r\n"), "last-modified: Mon, ? bytes");
  EXPECT_EQ(url_state("HTTP/2 200\r\ncontent-length: 5\r\n"), std::nullopt);
  EXPECT_EQ(url_state(""), std::nullopt);
}

TEST(UrlState, IsThatOfTheLastResponse) {
  EXPECT_EQ(
      url_state("HTTP/1.1 302 Found\r\nETag: \"old\"\r\n\r\nHTTP/1.1 200 OK\r\nETag: W/\"new\"\r\n\r\n"),
      "etag: W/\"new\"");
}

}  // namespace
}  // namespace dvx
