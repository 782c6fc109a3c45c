#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "support/fat_host.hpp"

namespace pianola::test {

// How systems change macros.txt: models of what they write and in which order, made from public
// descriptions, not recordings. Each model names what it is made from.

using HostLog = std::vector<FatHost::Write>;
using What = FatHost::What;

/// Linux, a shell's `> macros.txt`: the file is emptied, then written. Mounting marks the boot
/// sector, unmounting unmarks it (fs/fat/inode.c, fat_set_state); data go out before the metadata
/// that the block device's own cache holds (Documentation/filesystems/vfat.rst, without `flush`).
inline HostLog linux_in_place(std::vector<std::uint8_t> image, std::string_view text) {
  FatHost host(std::move(image));
  host.mark_boot(true);
  host.flush();
  host.truncate("macros.txt");
  host.append("macros.txt", text);
  host.flush(What::data);
  host.flush();
  host.mark_boot(false);
  host.flush();
  return host.log;
}

/// Linux mounted with `sync` or `flush`: the emptied file reaches the drive too, and metadata are
/// written each time that the file grows by a page.
inline HostLog linux_flush(std::vector<std::uint8_t> image, std::string_view text) {
  FatHost host(std::move(image));
  host.mark_boot(true);
  host.flush();
  host.truncate("macros.txt");
  host.flush();
  for (std::size_t at = 0; at < text.size(); at += 4096) {
    host.append("macros.txt", text.substr(at, 4096));
    host.flush();
  }
  host.mark_boot(false);
  host.flush();
  return host.log;
}

/// Linux, an editor such as vim with `backupcopy=no` or gedit: a swap file, the new text under
/// another name, the old file renamed to a backup, the new one to its name, the others removed.
inline HostLog linux_rename(std::vector<std::uint8_t> image, std::string_view text) {
  FatHost host(std::move(image));
  host.mark_boot(true);
  host.flush();
  host.create(".macros.txt.swp");
  host.append(".macros.txt.swp", std::string(4096, 's'));
  host.flush();
  host.create("4913");
  host.remove("4913");
  host.rename("macros.txt", "macros.txt~");
  host.create("macros.txt");
  host.append("macros.txt", text);
  host.flush(What::data);
  host.flush(What::folders);
  host.flush();
  host.remove("macros.txt~");
  host.remove(".macros.txt.swp");
  host.flush();
  host.mark_boot(false);
  host.flush();
  return host.log;
}

/// Windows with the policy for quick removal, Notepad: the file's own clusters are written over.
/// The volume is marked in FAT[1] before the first change and some seconds after the last one
/// unmarked; each change of the FAT goes through at once; the entry is written with the size and
/// once more with the times (Microsoft's FASTFAT sample, Windows-driver-samples/filesys/fastfat:
/// FatMarkVolume, FatSetFatEntry, write-through files). What Windows leaves on a drive that it sees
/// for the first time comes before: System Volume Information with two small files.
inline HostLog windows_in_place(std::vector<std::uint8_t> image, std::string_view text) {
  FatHost host(std::move(image), FatHost::Allocation::first);
  host.mark_boot(true);
  host.mark_fat(true);
  host.flush();
  const auto folder = host.make_folder("System Volume Information");
  host.flush(What::fat);
  host.flush();
  for (const std::string_view name : {"WPSettings.dat", "IndexerVolumeGuid"}) {
    host.create(name, folder);
    host.flush();
    host.append(name, std::string(76, '\0'), folder);
    host.flush(What::fat);
    host.flush(What::folders);
    host.flush();
  }
  host.overwrite("macros.txt", text);
  host.flush(What::fat);
  host.flush(What::folders);
  host.flush(What::data);
  host.flush();
  host.mark_fat(false);
  host.mark_boot(false);
  host.flush();
  return host.log;
}

/// Windows Explorer copies a file over: the old one is emptied, the new one takes its clusters
/// before its data come, and the entry gets its size at the end, after the FAT was written for each
/// piece (FASTFAT sample: FatCommonCreate with supersede, FatAddFileAllocation, FatFlushFile).
inline HostLog windows_copy(std::vector<std::uint8_t> image, std::string_view text) {
  FatHost host(std::move(image), FatHost::Allocation::first);
  host.mark_boot(true);
  host.mark_fat(true);
  host.flush();
  host.truncate("macros.txt");
  host.flush();
  for (std::size_t at = 0; at < text.size(); at += 1024) {
    host.append("macros.txt", text.substr(at, 1024));
    host.flush(What::fat);
    host.flush(What::data);
  }
  host.create("desktop.ini");
  host.append("desktop.ini", "[.ShellClassInfo]\r\n");
  host.flush();
  host.mark_fat(false);
  host.mark_boot(false);
  host.flush();
  return host.log;
}

/// macOS, TextEdit: the Finder's and Spotlight's own files first, then a safe save: the new text
/// under a temporary name, exchanged for the old one by renaming, with a companion ._macros.txt for
/// what FAT cannot hold (AppleDouble, RFC 1740); the FAT is written again and again, and what is
/// marked in FAT[1] is unmarked at unmounting (Apple's msdosfs, msdosfs_vfsops.c and
/// msdosfs_fat.c).
inline HostLog macos_safe_save(std::vector<std::uint8_t> image, std::string_view text) {
  FatHost host(std::move(image));
  host.mark_fat(true);
  host.flush();
  const auto events = host.make_folder(".fseventsd");
  host.create("fseventsd-uuid", events);
  host.append("fseventsd-uuid", std::string(36, 'u'), events);
  host.flush();
  const auto spotlight = host.make_folder(".Spotlight-V100");
  host.create("VolumeConfiguration.plist", spotlight);
  host.append("VolumeConfiguration.plist", std::string(900, 'p'), spotlight);
  host.make_folder(".Trashes");
  host.flush(What::fat);
  host.flush();
  host.create("macros.txt.sb-1a2b3c4d-Ab12Cd");
  for (std::size_t at = 0; at < text.size(); at += 2048) {
    host.append("macros.txt.sb-1a2b3c4d-Ab12Cd", text.substr(at, 2048));
    host.flush(What::fat);
  }
  host.flush(What::data);
  host.create("._macros.txt");
  host.append("._macros.txt", std::string(4096, '\0'));
  host.flush(What::fat);
  host.rename("macros.txt.sb-1a2b3c4d-Ab12Cd", "macros.txt");
  host.flush(What::folders);
  host.flush();
  host.append("fseventsd-uuid", "more", events);
  host.flush();
  host.mark_fat(false);
  host.flush();
  return host.log;
}

/// DOS and simple programs: no marks, the FAT at the very end, the entry before the data.
inline HostLog plain(std::vector<std::uint8_t> image, std::string_view text) {
  FatHost host(std::move(image), FatHost::Allocation::first);
  host.remove("macros.txt");
  host.create("MACROS.TXT");
  host.append("MACROS.TXT", text);
  host.flush(What::folders);
  host.flush(What::data);
  host.flush(What::fat);
  return host.log;
}

struct HostModel {
  const char* name;
  HostLog (*log)(std::vector<std::uint8_t> image, std::string_view text);
};

inline constexpr std::array kHostModels = {
    HostModel{"linux_in_place", linux_in_place},
    HostModel{"linux_flush", linux_flush},
    HostModel{"linux_rename", linux_rename},
    HostModel{"windows_in_place", windows_in_place},
    HostModel{"windows_copy", windows_copy},
    HostModel{"macos_safe_save", macos_safe_save},
    HostModel{"plain", plain},
};

}  // namespace pianola::test
