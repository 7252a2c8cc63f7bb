// Finds the backend for the URL of a remote. Paths and "file:" URLs are built in. The protocols in remotes/
// register themselves before main looks at the command line.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "objects/backend/backend.h"

namespace dvx {

using BackendFactory = std::function<std::unique_ptr<Backend>(const std::string& url)>;

// Registers a protocol; `scheme` has no ':'. The backends that the factory makes are wrapped in RetryBackend.
void register_backend(const std::string& scheme, BackendFactory factory);

// Returns "file" and the registered schemes, sorted.
std::vector<std::string> backend_schemes();

// Returns the path that a URL means: that of "file:///x" or "file:/x", or a plain path unchanged. Returns ""
// for any other scheme.
std::string path_of_file_url(const std::string& url);

// Makes the backend for `url`. A relative path is resolved against `base`. Throws Error{Config} for a scheme
// that nobody registered. Nothing is opened or created yet.
std::unique_ptr<Backend> open_backend(const std::string& url, const std::string& base);

}  // namespace dvx
