// The names of the files on a remote, which are the same on every backend (docs/formats/remote.md):
//
//   dvx-remote.json                          marks the place as a dvx remote, with its version
//   packs/<2 hex>/<pack id>.pack             frames, in packs like those of a store
//   index/<SHA-256 of the segment>.seg       which pack holds which frame; immutable, merged now and then
//   roots/<project>/<SHA-256>.json           the objects that a project needs, published by push
//   runs/<project>/<SHA-256>.json            the run records that exist, by key
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "objects/backend/backend.h"
#include "objects/model/object_id.h"

namespace dvx {

constexpr int kRemoteVersion = 1;
constexpr std::string_view kRemoteFormatName = "dvx-remote.json";
constexpr std::string_view kRemoteIndexPrefix = "index/";

std::string remote_pack_name(const ObjectId& pack_id);
std::string remote_segment_name(const ObjectId& content_id);
std::string remote_root_prefix(std::string_view project);  // "roots/<project>/"
std::string remote_runs_prefix(std::string_view project);  // "runs/<project>/"

// Returns the id in "index/<id>.seg", "runs/<project>/<id>.json" and the like, or nullopt for a name of
// another form.
std::optional<ObjectId> id_of_remote_name(std::string_view name);

std::string serialize_remote_format();
// Throws Error{Config} for a remote that is newer than this dvx, or for a text that describes no remote.
// `url` is used in the message.
void check_remote_format(std::string_view text, const std::string& url);

}  // namespace dvx
