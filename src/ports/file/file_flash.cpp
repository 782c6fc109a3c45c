#include "ports/file/file_flash.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace pianola::file {
namespace {

using flash::FlashStatus;
using flash::Geometry;

constexpr std::array<std::uint8_t, 8> kMagic = {'P', 'N', 'L', 'F', 'L', 'A', 'S', 'H'};

/// Where the random bytes stand in the header.
constexpr std::size_t kIdAt = 24;

/// The largest sector is written at once from here.
const std::vector<std::uint8_t>& blank_bytes() {
  static const std::vector<std::uint8_t> kBlank(0x10000, 0xFF);
  return kBlank;
}

/// Makes sure that a file that was just made has its name on the disk. False, with the reason in
/// errno, if that failed.
bool sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno == EACCES;  // Who may not look into it cannot do more.
  const int error = ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
  ::close(descriptor);
  errno = error;
  return error == 0;  // EINVAL: this file system has no such thing.
}

std::string because(const std::string& what, const std::string& path, int error) {
  return what + " " + path + ": " + std::strerror(error);
}

}  // namespace

FileFlash::FileFlash(int descriptor, Access access) : descriptor_(descriptor), access_(access) {
  if (descriptor >= 0) disk_ = std::make_unique<FileDisk>(descriptor);
}

FileFlash::FileFlash(std::unique_ptr<Disk> disk, const Geometry& geometry)
    : disk_(std::move(disk)), access_(Access::read_write), geometry_(geometry) {}

std::optional<FileFlash> FileFlash::create(const std::string& path, const Geometry& geometry,
                                           std::string& error) {
  if (!flash::is_supported(geometry)) {
    error = "cannot create " + path + ": flash of such measures is not supported";
    return std::nullopt;
  }
  FileFlash file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600),
                 Access::read_write);
  if (file.descriptor_ < 0) {
    error = because("cannot create", path, errno);
    return std::nullopt;
  }
  // The header comes last: without it the file is not taken for flash.
  if (::flock(file.descriptor_, LOCK_EX | LOCK_NB) != 0 ||
      !file.fill(kHeaderSize, geometry.size()) || !file.write_header(geometry) ||
      !sync_folder_of(path)) {
    error = because("cannot create", path, file.errno_ != 0 ? file.errno_ : errno);
    ::unlink(path.c_str());
    return std::nullopt;
  }
  file.geometry_ = geometry;
  return file;
}

std::optional<FileFlash> FileFlash::open(const std::string& path, Access access,
                                         std::string& error) {
  const bool writes = access == Access::read_write;
  FileFlash file(::open(path.c_str(), (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK),
                 access);
  if (file.descriptor_ < 0) {
    error = because("cannot open", path, errno);
    return std::nullopt;
  }
  if (::flock(file.descriptor_, (writes ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
    error = errno == EWOULDBLOCK
                ? "cannot open " + path +
                      ": another process uses it; is it a pianola device? stop that first"
                : because("cannot lock", path, errno);
    return std::nullopt;
  }
  std::string reason;
  if (!file.read_header(reason)) {
    error = "cannot open " + path + ": " + reason;
    return std::nullopt;
  }
  // What a process left that was killed may not be on the disk, and what is done now relies on it.
  file.unsynced_ = writes;
  if (file.sync() != FlashStatus::ok) {
    error = "cannot open " + path + ": " + file.failure();
    return std::nullopt;
  }
  return file;
}

void FileFlash::discard(const std::string& path) const {
  struct stat own {};
  struct stat named {};
  const bool same = ::fstat(descriptor_, &own) == 0 && ::lstat(path.c_str(), &named) == 0 &&
                    own.st_dev == named.st_dev && own.st_ino == named.st_ino;
  if (same) ::unlink(path.c_str());
}

bool FileFlash::read_header(std::string& error) {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) {
    error = std::strerror(errno);
    return false;
  }
  if (S_ISDIR(status.st_mode)) {
    error = std::strerror(EISDIR);
    return false;
  }
  std::array<std::uint8_t, kIdAt + sizeof(Id)> header{};
  if (!S_ISREG(status.st_mode) || status.st_size < static_cast<off_t>(header.size())) {
    error = "this is no flash file";
    return false;
  }
  if (!read_all(0, header)) {
    error = failure();
    return false;
  }
  const std::uint8_t* const numbers = header.data() + kMagic.size();
  if (!std::equal(kMagic.begin(), kMagic.end(), header.begin())) {
    error = "this is no flash file";
    return false;
  }
  if (get32(numbers) != kVersion) {
    error = "this is a flash file of version " + std::to_string(get32(numbers)) +
            ", but only version " + std::to_string(kVersion) + " is known";
    return false;
  }
  std::copy_n(header.begin() + kIdAt, id_.size(), id_.begin());
  geometry_ = {get32(numbers + 4), get32(numbers + 8), get32(numbers + 12)};
  if (!flash::is_supported(geometry_)) {
    error = "the flash file's header is damaged";
    return false;
  }
  const std::uint64_t expected = std::uint64_t{kHeaderSize} + geometry_.size();
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size != expected) {
    error = std::string("the flash file is ") + (size < expected ? "cut short" : "too long") +
            ": it has " + std::to_string(size) + " bytes, but should have " +
            std::to_string(expected);
    return false;
  }
  return true;
}

bool FileFlash::write_header(const Geometry& geometry) {
  std::vector<std::uint8_t> header(kHeaderSize);
  std::copy(kMagic.begin(), kMagic.end(), header.begin());
  std::uint8_t* const numbers = header.data() + kMagic.size();
  put32(numbers, kVersion);
  put32(numbers + 4, geometry.sector_size);
  put32(numbers + 8, geometry.program_unit);
  put32(numbers + 12, geometry.sectors);
  if (::getrandom(id_.data(), id_.size(), 0) != static_cast<ssize_t>(id_.size())) return false;
  std::copy(id_.begin(), id_.end(), header.begin() + kIdAt);
  return write_all(0, header);
}

bool FileFlash::fill(std::uint64_t offset, std::uint64_t size) {
  const std::span<const std::uint8_t> blank = blank_bytes();
  while (size != 0) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(size, blank.size()));
    if (!write_all(offset, blank.first(part))) return false;
    offset += part;
    size -= part;
  }
  return true;
}

bool FileFlash::read_all(std::uint64_t offset, std::span<std::uint8_t> out) {
  return done(disk_->read(offset, out));
}

bool FileFlash::write_all(std::uint64_t offset, std::span<const std::uint8_t> data) {
  unsynced_ = true;
  return done(disk_->write(offset, data));
}

/// Notes an error, if there was one; false then.
bool FileFlash::done(int error) {
  if (error != 0) errno_ = error;
  return error == 0;
}

bool FileFlash::is_within(std::uint32_t address, std::size_t size) const {
  return address <= geometry_.size() && size <= geometry_.size() - address;
}

FlashStatus FileFlash::read(std::uint32_t address, std::span<std::uint8_t> out) {
  if (!is_within(address, out.size())) return FlashStatus::bad_argument;
  if (!read_all(std::uint64_t{kHeaderSize} + address, out)) return FlashStatus::failed;
  for (const auto& [begin, block] : held_) {
    const std::uint64_t from = std::max<std::uint64_t>(begin, address);
    const std::uint64_t to = std::min<std::uint64_t>(begin + block.size(), address + out.size());
    if (from < to) std::copy_n(block.data() + (from - begin), to - from, &out[from - address]);
  }
  return FlashStatus::ok;
}

FlashStatus FileFlash::program(std::uint32_t address, std::span<const std::uint8_t> data) {
  const std::uint32_t unit = geometry_.program_unit;
  const std::uint32_t begin = address % geometry_.sector_size;
  if (!is_within(address, data.size()) || address % unit != 0 || data.size() % unit != 0 ||
      begin + data.size() > geometry_.sector_size) {
    return FlashStatus::bad_argument;
  }
  if (access_ == Access::read_only) {
    errno_ = EROFS;
    return FlashStatus::failed;
  }
  std::vector<std::uint8_t> bytes(data.size());
  if (read(address, bytes) != FlashStatus::ok) return FlashStatus::failed;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = bytes[i] & data[i];
  std::size_t held = 0;
  if (const auto found = held_.find(address - begin); found != held_.end() && begin < kBlock) {
    held = std::min<std::size_t>(bytes.size(), kBlock - begin);
    std::copy_n(bytes.begin(), held, found->second.begin() + begin);
  }
  return write_all(std::uint64_t{kHeaderSize} + address + held, std::span(bytes).subspan(held))
             ? FlashStatus::ok
             : FlashStatus::failed;
}

FlashStatus FileFlash::erase(std::uint32_t address) {
  if (address % geometry_.sector_size != 0 || !is_within(address, geometry_.sector_size)) {
    return FlashStatus::bad_argument;
  }
  if (access_ == Access::read_only) {
    errno_ = EROFS;
    return FlashStatus::failed;
  }
  if (!fill(std::uint64_t{kHeaderSize} + address, geometry_.sector_size)) {
    return FlashStatus::failed;
  }
  held_[address].fill(0xFF);
  return FlashStatus::ok;
}

FlashStatus FileFlash::sync() {
  if (!sync_disk()) return FlashStatus::failed;
  std::erase_if(held_, [](const auto& held) { return flash::is_blank(held.second); });
  if (held_.empty()) return FlashStatus::ok;
  for (const auto& [address, block] : held_) {
    if (!write_all(std::uint64_t{kHeaderSize} + address, block)) return FlashStatus::failed;
  }
  held_.clear();
  return sync_disk() ? FlashStatus::ok : FlashStatus::failed;
}

/// After an error the system forgets what it could not write, and the next sync would succeed.
bool FileFlash::sync_disk() {
  if (sync_error_ == 0 && unsynced_) sync_error_ = disk_->sync();
  if (sync_error_ != 0) return done(sync_error_);
  unsynced_ = false;
  return true;
}

bool FileFlash::others_can_read() const {
  struct stat status {};
  return ::fstat(descriptor_, &status) == 0 && (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

std::string FileFlash::identity() const {
  std::string identity(id_.begin(), id_.end());
  struct statfs system {};
  struct stat status {};
  // On FAT the numbers of files are made up each time that it is mounted.
  const bool fat = ::fstatfs(descriptor_, &system) == 0 &&
                   (system.f_type == MSDOS_SUPER_MAGIC || system.f_type == EXFAT_SUPER_MAGIC);
  if (!fat && ::fstat(descriptor_, &status) == 0) identity += std::to_string(status.st_ino);
  return identity;
}

std::string FileFlash::failure() const { return errno_ == 0 ? "" : std::strerror(errno_); }

}  // namespace pianola::file
