#include "ports/file/file_flash.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace pianola::file {
namespace {

using flash::FlashStatus;
using flash::Geometry;

constexpr std::array<std::uint8_t, 8> kMagic = {'P', 'N', 'L', 'F', 'L', 'A', 'S', 'H'};

/// The largest sector is written at once from here.
const std::vector<std::uint8_t>& blank_bytes() {
  static const std::vector<std::uint8_t> kBlank(0x10000, 0xFF);
  return kBlank;
}

std::string because(const std::string& what, const std::string& path, int error) {
  return what + " " + path + ": " + std::strerror(error);
}

}  // namespace

FileFlash::FileFlash(FileFlash&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      access_(other.access_),
      geometry_(other.geometry_),
      errno_(other.errno_) {}

FileFlash& FileFlash::operator=(FileFlash&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  access_ = other.access_;
  geometry_ = other.geometry_;
  errno_ = other.errno_;
  return *this;
}

FileFlash::~FileFlash() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::optional<FileFlash> FileFlash::create(const std::string& path, const Geometry& geometry,
                                           std::string& error) {
  if (!flash::is_supported(geometry)) {
    error = "cannot create " + path + ": flash of such measures is not supported";
    return std::nullopt;
  }
  FileFlash file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666),
                 Access::read_write);
  if (file.descriptor_ < 0) {
    error = because("cannot create", path, errno);
    return std::nullopt;
  }
  // The header comes last: without it the file is not taken for flash.
  if (::flock(file.descriptor_, LOCK_EX | LOCK_NB) != 0 ||
      !file.fill(kHeaderSize, geometry.size()) || !file.write_header(geometry)) {
    error = because("cannot create", path, errno);
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
  std::array<std::uint8_t, 24> header{};
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
  while (!out.empty()) {
    const ssize_t done = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      errno_ = done == 0 ? EIO : errno;  // 0: somebody made the file shorter.
      return false;
    }
    offset += static_cast<std::uint64_t>(done);
    out = out.subspan(static_cast<std::size_t>(done));
  }
  return true;
}

bool FileFlash::write_all(std::uint64_t offset, std::span<const std::uint8_t> data) {
  while (!data.empty()) {
    const ssize_t done =
        ::pwrite(descriptor_, data.data(), data.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      if (done == 0) errno = EIO;
      errno_ = errno;
      return false;
    }
    offset += static_cast<std::uint64_t>(done);
    data = data.subspan(static_cast<std::size_t>(done));
  }
  return true;
}

bool FileFlash::is_within(std::uint32_t address, std::size_t size) const {
  return address <= geometry_.size() && size <= geometry_.size() - address;
}

FlashStatus FileFlash::read(std::uint32_t address, std::span<std::uint8_t> out) {
  if (!is_within(address, out.size())) return FlashStatus::bad_argument;
  return read_all(std::uint64_t{kHeaderSize} + address, out) ? FlashStatus::ok
                                                             : FlashStatus::failed;
}

FlashStatus FileFlash::program(std::uint32_t address, std::span<const std::uint8_t> data) {
  const std::uint32_t unit = geometry_.program_unit;
  if (!is_within(address, data.size()) || address % unit != 0 || data.size() % unit != 0 ||
      address % geometry_.sector_size + data.size() > geometry_.sector_size) {
    return FlashStatus::bad_argument;
  }
  if (access_ == Access::read_only) {
    errno_ = EROFS;
    return FlashStatus::failed;
  }
  const std::uint64_t offset = std::uint64_t{kHeaderSize} + address;
  std::vector<std::uint8_t> bytes(data.size());
  if (!read_all(offset, bytes)) return FlashStatus::failed;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = bytes[i] & data[i];
  return write_all(offset, bytes) ? FlashStatus::ok : FlashStatus::failed;
}

FlashStatus FileFlash::erase(std::uint32_t address) {
  if (address % geometry_.sector_size != 0 || !is_within(address, geometry_.sector_size)) {
    return FlashStatus::bad_argument;
  }
  if (access_ == Access::read_only) {
    errno_ = EROFS;
    return FlashStatus::failed;
  }
  return fill(std::uint64_t{kHeaderSize} + address, geometry_.sector_size) ? FlashStatus::ok
                                                                           : FlashStatus::failed;
}

bool FileFlash::sync() {
  if (::fdatasync(descriptor_) == 0) return true;
  errno_ = errno;
  return false;
}

std::string FileFlash::failure() const { return errno_ == 0 ? "" : std::strerror(errno_); }

}  // namespace pianola::file
