// What servers say of URLs that stages depend on, by which a change is seen without fetching the bytes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/repo/repository.h"

namespace dvx {

// Asks for each distinct URL once in its life, by a HEAD request of the program curl.
class UrlStates {
 public:
  explicit UrlStates(const Repository& repository) : repository_(repository) {}

  // "etag: …", else "content-md5: …", else "last-modified: …, 123 bytes". NotFound, naming the stage, when
  // the server does not answer with success, or says none of them. Network when it cannot be reached.
  const std::string& of(const std::string& url, const std::string& stage);
  void forget(const std::string& url) { states_.erase(url); }

 private:
  const Repository& repository_;
  std::map<std::string, std::string> states_;
};

// The last of the responses in what `curl --head --location` prints, as above; nullopt when it says nothing
// that would change with the bytes.
std::optional<std::string> url_state(std::string_view headers);

}  // namespace dvx
