#include "ports/file/disk.hpp"

#include <unistd.h>

#include <cerrno>

namespace pianola::file {

FileDisk::~FileDisk() { ::close(descriptor_); }

int FileDisk::read(std::uint64_t offset, std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t done = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return done == 0 ? EIO : errno;  // 0: somebody made the file shorter.
    offset += static_cast<std::uint64_t>(done);
    out = out.subspan(static_cast<std::size_t>(done));
  }
  return 0;
}

int FileDisk::write(std::uint64_t offset, std::span<const std::uint8_t> data) {
  while (!data.empty()) {
    const ssize_t done =
        ::pwrite(descriptor_, data.data(), data.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return done == 0 ? EIO : errno;
    offset += static_cast<std::uint64_t>(done);
    data = data.subspan(static_cast<std::size_t>(done));
  }
  return 0;
}

int FileDisk::sync() { return ::fdatasync(descriptor_) == 0 ? 0 : errno; }

}  // namespace pianola::file
