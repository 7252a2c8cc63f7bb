// From the URL of a remote to its backend. A path or "file:" is known here; protocols of remotes/ register
// theirs before main looks at the command line.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "objects/backend/backend.h"

namespace dvx {

using BackendFactory = std::function<std::unique_ptr<Backend>(const std::string& url)>;

// `scheme` without ':'. Its backends are wrapped in RetryBackend.
void register_backend(const std::string& scheme, BackendFactory factory);

// "file", and what has been registered; sorted.
std::vector<std::string> backend_schemes();

// The path meant by a URL: of "file:///x", "file:/x" or a plain path; empty for any other scheme.
std::string path_of_file_url(const std::string& url);

// A relative path is seen from `base`. Config for a scheme nobody registered. Nothing is opened or made yet.
std::unique_ptr<Backend> open_backend(const std::string& url, const std::string& base);

}  // namespace dvx
