#pragma once

#include <cstdint>
#include <span>

namespace pianola::file {

/// What the bytes of a flash file are written to: the file itself, or a model of one in tests. What
/// was written may reach the medium in any order, in part or never, until sync() has returned.
/// All give 0, or the number of the error (errno) if not everything was done.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual int read(std::uint64_t offset, std::span<std::uint8_t> out) = 0;
  virtual int write(std::uint64_t offset, std::span<const std::uint8_t> data) = 0;
  virtual int sync() = 0;
};

/// A file.
class FileDisk final : public Disk {
 public:
  /// Closes the descriptor at the end.
  explicit FileDisk(int descriptor) : descriptor_(descriptor) {}
  ~FileDisk() override;
  FileDisk(const FileDisk&) = delete;
  FileDisk& operator=(const FileDisk&) = delete;

  int read(std::uint64_t offset, std::span<std::uint8_t> out) override;
  int write(std::uint64_t offset, std::span<const std::uint8_t> data) override;
  int sync() override;

 private:
  int descriptor_;
};

}  // namespace pianola::file
