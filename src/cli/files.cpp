#include "cli/files.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <istream>
#include <ostream>

#include "lang/compile/lexer.hpp"

namespace pianola::cli {
namespace {

/// One byte more than the compiler takes, so that it sees that there is too much; endless devices
/// end there.
constexpr std::size_t kLongestInput = std::size_t{lang::kMaxSource} + 1;

[[noreturn]] void fail(std::string_view action, std::string_view path, int error) {
  throw CommandError(fmt::format("cannot {} {}: {}", action, path, std::strerror(error)));
}

/// An open file, closed at the end.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] bool open() const { return descriptor_ >= 0; }
  [[nodiscard]] int get() const { return descriptor_; }
  bool close() {
    const bool good = descriptor_ < 0 || ::close(descriptor_) == 0;
    descriptor_ = -1;
    return good;
  }

 private:
  int descriptor_;
};

std::string read_stream(std::istream& in) {
  std::string bytes;
  std::array<char, 1 << 16> piece{};
  while (in && bytes.size() < kLongestInput) {
    in.read(piece.data(), piece.size());
    bytes.append(piece.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) throw CommandError("cannot read standard input");
  return bytes;
}

std::string read_file(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) fail("read", path, errno);
  std::string bytes;
  std::array<char, 1 << 16> piece{};
  while (bytes.size() < kLongestInput) {
    const ssize_t count = ::read(file.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read", path, errno);
    if (count == 0) break;
    bytes.append(piece.data(), static_cast<std::size_t>(count));
  }
  return bytes;
}

/// Writes all of `bytes`. False, with errno, if that fails.
bool write_all(const File& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Devices and pipes are written to, not replaced.
void write_device(const std::string& path, std::string_view bytes) {
  File file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.open() || !write_all(file, bytes) || !file.close()) fail("write", path, errno);
}

/// The permissions that a new file gets.
mode_t new_file_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

bool InputFile::is_roll() const {
  // The byte after the magic number and the low byte of the version is never 0 in text.
  return bytes.size() >= 6 && bytes.starts_with("PNLA") && bytes[5] == 0;
}

InputFile read_input(const std::string& path, Console& console) {
  if (path == "-") return {path, "<stdin>", read_stream(console.in)};
  return {path, path, read_file(path)};
}

InputFile read_macros(const std::string& path, Console& console) {
  InputFile file = read_input(path, console);
  if (file.is_roll()) {
    throw CommandError(
        fmt::format("{} is a roll, not a macros file; print its source with: pianola show {}",
                    file.name, path));
  }
  return file;
}

void refuse_to_overwrite(const std::string& input, const std::string& output) {
  std::error_code ignored;
  if (input != "-" && output != "-" && std::filesystem::equivalent(input, output, ignored)) {
    throw CommandError(fmt::format("{} would be overwritten; write to another file", input),
                       wrong_usage);
  }
}

void write_output(const std::string& path, std::string_view bytes, Console& console) {
  if (path == "-") {
    console.out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return;
  }
  // A link stays a link: what it leads to is replaced.
  std::error_code ignored;
  const std::filesystem::path target = std::filesystem::weakly_canonical(path, ignored);
  const std::string real = ignored || target.empty() ? path : target.string();
  struct stat status {};
  const bool exists = ::stat(real.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) fail("write", path, EISDIR);
  if (exists && !S_ISREG(status.st_mode)) {
    write_device(path, bytes);
    return;
  }
  std::string temporary = real + ".XXXXXX";
  File file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.open()) fail("write", path, errno);
  const mode_t mode = exists ? status.st_mode & 07777U : new_file_mode();
  const bool good = write_all(file, bytes) && ::fchmod(file.get(), mode) == 0 &&
                    ::fsync(file.get()) == 0 && file.close() &&
                    ::rename(temporary.c_str(), real.c_str()) == 0;
  if (good) return;
  const int error = errno;
  ::unlink(temporary.c_str());
  fail("write", path, error);
}

}  // namespace pianola::cli
