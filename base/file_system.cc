#include "base/file_system.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <fstream>

#include "base/path.h"

namespace dvx {

namespace {

constexpr std::uint64_t kFuse = 0x65735546;

struct Known {
  std::uint64_t magic;
  std::string_view name;
  FileSystemReach reach;
};

// The numbers come from linux/magic.h, from coreutils' stat.c and from the sources of the file systems.
constexpr Known kKnown[] = {
    {0x6969, "NFS", FileSystemReach::Network},           {0x517b, "SMB", FileSystemReach::Network},
    {0xff534d42, "CIFS", FileSystemReach::Network},      {0xfe534d42, "SMB2", FileSystemReach::Network},
    {0x01021997, "9p", FileSystemReach::Network},        {0x0bd00bd0, "Lustre", FileSystemReach::Network},
    {0x00c36400, "Ceph", FileSystemReach::Network},      {0x5346414f, "AFS", FileSystemReach::Network},
    {0x6b414653, "AFS", FileSystemReach::Network},       {0x73757245, "Coda", FileSystemReach::Network},
    {0x564c, "NCP", FileSystemReach::Network},           {0x47504653, "GPFS", FileSystemReach::Network},
    {0x19830326, "BeeGFS", FileSystemReach::Network},    {0xaad7aaea, "PanFS", FileSystemReach::Network},
    {0x20030528, "OrangeFS", FileSystemReach::Network},  {0x7461636f, "OCFS2", FileSystemReach::Network},
    {0x01161970, "GFS2", FileSystemReach::Network},      {0x786f4256, "vboxsf", FileSystemReach::Network},
    {0x7c7c6673, "Parallels", FileSystemReach::Network}, {0xef53, "ext4", FileSystemReach::Local},
    {0x58465342, "xfs", FileSystemReach::Local},         {0x9123683e, "btrfs", FileSystemReach::Local},
    {0x2fc12fc1, "zfs", FileSystemReach::Local},         {0xca451a4e, "bcachefs", FileSystemReach::Local},
    {0xf2f52010, "f2fs", FileSystemReach::Local},        {0x01021994, "tmpfs", FileSystemReach::Local},
    {0x858458f6, "ramfs", FileSystemReach::Local},       {0x794c7630, "overlay", FileSystemReach::Local},
    {0xf15f, "ecryptfs", FileSystemReach::Local},        {0x7366746e, "ntfs", FileSystemReach::Local},
    {0x5346544e, "ntfs", FileSystemReach::Local},        {0x4d44, "vfat", FileSystemReach::Local},
    {0x2011bab0, "exfat", FileSystemReach::Local},       {0x52654973, "reiserfs", FileSystemReach::Local},
    {0x3153464a, "jfs", FileSystemReach::Local},
};

// Returns the type of the mount with device `device`: the field behind " - " in its line.
std::string mounted_type(dev_t device) {
  const std::string wanted = fmt::format("{}:{}", major(device), minor(device));
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    const std::string_view text(line);
    std::size_t at = 0;
    for (int field = 0; field < 2 && at != std::string_view::npos; ++field) at = text.find(' ', at) + 1;
    if (text.substr(at, text.find(' ', at) - at) != wanted) continue;
    const std::size_t dash = text.find(" - ");
    if (dash == std::string_view::npos) continue;
    return std::string(text.substr(dash + 3, text.find(' ', dash + 3) - dash - 3));
  }
  return {};
}

}  // namespace

FileSystem file_system_named(std::uint64_t magic, std::string_view type) {
  // Any kind of file system may be behind FUSE. It is local when it has a block device of its own; otherwise
  // it counts as a network file system, which is the safe assumption.
  if (magic == kFuse) {
    const FileSystemReach reach = type == "fuseblk" ? FileSystemReach::Local : FileSystemReach::Network;
    return {type.empty() ? "FUSE" : fmt::format("FUSE ({})", type), reach};
  }
  for (const Known& known : kKnown) {
    if (known.magic == magic) return {std::string(known.name), known.reach};
  }
  return {fmt::format("file system {:#x}", magic), FileSystemReach::Local};
}

FileSystemReach reach_of(int fd) {
  struct ::statfs disk {};
  if (::fstatfs(fd, &disk) != 0) return FileSystemReach::Local;
  return file_system_named(static_cast<std::uint32_t>(disk.f_type), "").reach;
}

FileSystem file_system_of(const std::string& path) {
  std::string place = path.empty() ? "." : path;
  struct ::statfs disk {};
  struct ::stat st {};
  while (::statfs(place.c_str(), &disk) != 0 || ::stat(place.c_str(), &st) != 0) {
    const std::string parent = parent_path(place);
    if (parent.empty() || parent == place) return {"unknown", FileSystemReach::Local};
    place = parent;
  }
  const auto magic = static_cast<std::uint32_t>(disk.f_type);
  return file_system_named(magic, magic == kFuse ? mounted_type(st.st_dev) : std::string());
}

}  // namespace dvx
