#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace pianola::test {

/// A volume in a file, for the tools that Linux has for them: dosfstools and mtools judge what the
/// drive shows, and change it as they do.
class FatImage {
 public:
  explicit FatImage(std::span<const std::uint8_t> bytes) {
    std::string name = (std::filesystem::temp_directory_path() / "pianola-fat-XXXXXX").string();
    const int file = mkstemp(name.data());
    if (file >= 0) close(file);
    path_ = name;
    std::ofstream out(path_, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
  }
  FatImage(const FatImage&) = delete;
  FatImage& operator=(const FatImage&) = delete;
  ~FatImage() { std::filesystem::remove(path_); }

  [[nodiscard]] std::vector<std::uint8_t> bytes() const {
    std::vector<std::uint8_t> bytes(std::filesystem::file_size(path_));
    std::ifstream in(path_, std::ios::binary);
    in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return bytes;
  }

  /// Runs a command in which IMAGE stands for the file. Gives what it printed; what it exited with
  /// is in `status`.
  std::string run(std::string command) {
    for (std::size_t at = 0; (at = command.find("IMAGE", at)) != std::string::npos;) {
      command.replace(at, 5, path_);
      at += path_.size();
    }
    // mtools would ask, and complain about what it takes for a strange disk.
    command = "export MTOOLS_SKIP_CHECK=0 MTOOLS_NO_VFAT=0; (" + command + ") </dev/null 2>&1";
    std::string out;
    FILE* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return "cannot run " + command;
    std::array<char, 4096> piece{};
    while (const std::size_t count = fread(piece.data(), 1, piece.size(), pipe)) {
      out.append(piece.data(), count);
    }
    status = pclose(pipe);
    return out;
  }
  /// What fsck.fat has to say; empty if nothing is wrong.
  std::string fsck() {
    const std::string said = run("/usr/sbin/fsck.fat -n IMAGE");
    // Its version, then how full the volume is; anything else is a finding.
    std::size_t lines = 0;
    for (const char c : said) lines += c == '\n' ? 1 : 0;
    return status == 0 && lines == 2 ? std::string() : said;
  }
  /// A file's contents.
  std::string type(std::string_view name) {
    return run("mtype -i IMAGE '::" + std::string(name) + "'");
  }
  /// Writes a file over one that is there or not.
  std::string copy_in(std::string_view name, std::string_view text) {
    const std::string source = path_ + ".txt";
    std::ofstream(source, std::ios::binary)
        .write(text.data(), static_cast<std::streamsize>(text.size()));
    std::string said = run("mcopy -o -i IMAGE " + source + " '::" + std::string(name) + "'");
    std::filesystem::remove(source);
    return said;
  }

  int status = 0;

 private:
  std::string path_;
};

}  // namespace pianola::test
