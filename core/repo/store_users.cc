#include "core/repo/store_users.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/beneath.h"
#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

constexpr int kVersion = 1;
constexpr std::string_view kEnding = ".json";

std::string users_dir(const std::string& store_dir) {
  return join_path(store_dir, "users");
}

// Paths are bytes, JSON is text: a path that a terminal could not show is written in hex.
std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

bool is_text(const std::string& path) {
  return display_path(path) == path;
}

void put_path(nlohmann::json& json, const std::string& key, const std::string& path) {
  if (is_text(path)) {
    json[key] = path;
  } else {
    json[key + "_hex"] = to_hex(path);
  }
}

std::string get_path(const nlohmann::json& json, const std::string& key, const std::string& store_dir) {
  const std::string path = json.contains(key + "_hex") ? from_hex(json.at(key + "_hex").get<std::string>())
                                                       : json.at(key).get<std::string>();
  return absolute_path(path, store_dir);
}

}  // namespace

StoreUserEntry store_user_entry(const std::string& store_dir, const std::string& root,
                                const std::string& common_dir) {
  const bool inside = is_beneath(store_dir, root) || is_beneath(store_dir, common_dir);
  const auto named = [&](const std::string& path) {
    // What moves together with the store is named from there.
    const bool together =
        is_beneath(store_dir, path) || (inside && is_beneath(store_dir, root) && is_beneath(path, root));
    return together ? std::filesystem::path(path).lexically_relative(store_dir).string() : path;
  };
  nlohmann::json json = {{"dvx", "user"}, {"version", kVersion}};
  put_path(json, "root", named(root));
  put_path(json, "git", named(common_dir));
  const std::string name = ObjectId::of(named(root) + '\0' + named(common_dir)).to_hex().substr(0, 32);
  return {name + std::string(kEnding), json.dump() + "\n"};
}

std::vector<StoreUser> store_users(const std::string& store_dir) {
  std::vector<StoreUser> users;
  const std::string directory = users_dir(store_dir);
  for (const std::string& name : names_in_directory(directory)) {
    const std::string path = join_path(directory, name);
    if (!name.ends_with(kEnding) || name.starts_with(".")) continue;
    try {
      const auto json = nlohmann::json::parse(read_file(path));
      if (json.at("version").get<int>() > kVersion) {
        throw Error(ErrorKind::Config, fmt::format("'{}' was written by a newer dvx", path),
                    "install a newer dvx", path);
      }
      users.push_back({get_path(json, "root", store_dir), get_path(json, "git", store_dir), name});
    } catch (const std::exception& e) {
      if (const auto* error = dynamic_cast<const Error*>(&e)) throw Error(*error);
      throw Error(ErrorKind::Corruption,
                  fmt::format("'{}', which names a repository that uses the store, cannot be read: {}", path,
                              e.what()),
                  fmt::format("rm {}   (if no repository needs the store but those you know)", path), path);
    }
  }
  std::ranges::sort(users, {}, [](const StoreUser& user) { return std::tie(user.root, user.common_dir); });
  return users;
}

void forget_store_user(const std::string& store_dir, const StoreUser& user) {
  const std::string path = join_path(users_dir(store_dir), user.entry);
  if (beneath::remove_file(path) != 0 && errno != ENOENT) throw system_error("remove", path);
  fsync_directory(users_dir(store_dir));
}

}  // namespace dvx
