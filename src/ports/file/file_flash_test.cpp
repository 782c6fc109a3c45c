#include "ports/file/file_flash.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace pianola::file {
namespace {

using flash::FlashStatus;
using flash::Geometry;
using testing::Each;
using testing::HasSubstr;
using testing::StartsWith;
using Access = FileFlash::Access;
using Bytes = std::vector<std::uint8_t>;

constexpr Geometry kSmall{1024, 8, 4};

class FileFlashTest : public testing::Test {
 protected:
  FileFlashTest() {
    std::string name = testing::TempDir() + "file_flash_XXXXXX";
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ + "/flash";
  }
  ~FileFlashTest() override { std::filesystem::remove_all(folder_); }

  FileFlash create(const Geometry& geometry = kSmall) {
    auto file = FileFlash::create(path_, geometry, error_);
    EXPECT_TRUE(file) << error_;
    return std::move(file).value();
  }
  std::optional<FileFlash> open(Access access = Access::read_write) {
    error_.clear();
    return FileFlash::open(path_, access, error_);
  }
  /// Changes a byte of the file itself.
  void patch(std::uint32_t offset, char value) const {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offset);
    file.put(value);
  }
  static Bytes read(FileFlash& file, std::uint32_t address, std::size_t size) {
    Bytes out(size);
    EXPECT_EQ(file.read(address, out), FlashStatus::ok);
    return out;
  }

  std::string folder_;
  std::string path_;
  std::string error_;
};

TEST_F(FileFlashTest, IsErasedAtFirst) {
  FileFlash file = create();
  EXPECT_EQ(file.geometry(), kSmall);
  EXPECT_THAT(read(file, 0, 4096), Each(0xFF));
  EXPECT_EQ(std::filesystem::file_size(path_), 4096U + 4096U);
}

TEST_F(FileFlashTest, KeepsWhatWasProgrammed) {
  {
    FileFlash file = create({4096, 256, 8});
    ASSERT_EQ(file.program(4096 + 512, Bytes(512, 0x5A)), FlashStatus::ok);
    ASSERT_EQ(file.program(8192, Bytes(4096, 0x11)), FlashStatus::ok);
    EXPECT_EQ(file.sync(), FlashStatus::ok);
  }
  auto file = open();
  ASSERT_TRUE(file) << error_;
  EXPECT_EQ(file->geometry(), (Geometry{4096, 256, 8}));
  EXPECT_THAT(read(*file, 4096 + 512, 512), Each(0x5A));
  EXPECT_THAT(read(*file, 0, 4096 + 512), Each(0xFF));
  EXPECT_THAT(read(*file, 8192, 4096), Each(0x11));
  EXPECT_EQ(file->erase(8192), FlashStatus::ok);
  EXPECT_THAT(read(*file, 8192, 8 * 4096 - 8192), Each(0xFF));
  EXPECT_THAT(read(*file, 4096 + 512, 512), Each(0x5A));
  EXPECT_EQ(file->failure(), "");
}

TEST_F(FileFlashTest, ProgramsOnlyClearBits) {
  FileFlash file = create();
  ASSERT_EQ(file.program(8, Bytes(8, 0x0F)), FlashStatus::ok);
  ASSERT_EQ(file.program(8, Bytes(8, 0x55)), FlashStatus::ok);
  EXPECT_THAT(read(file, 8, 8), Each(0x05));
}

TEST_F(FileFlashTest, RefusesWhatIsNotAtUnits) {
  FileFlash file = create();
  EXPECT_EQ(file.program(4, Bytes(8)), FlashStatus::bad_argument);
  EXPECT_EQ(file.program(0, Bytes(9)), FlashStatus::bad_argument);
  EXPECT_EQ(file.program(1016, Bytes(16)), FlashStatus::bad_argument);
  EXPECT_EQ(file.program(4096, Bytes(8)), FlashStatus::bad_argument);
  EXPECT_EQ(file.program(0xFFFFFFF8U, Bytes(8)), FlashStatus::bad_argument);
  EXPECT_EQ(file.erase(512), FlashStatus::bad_argument);
  EXPECT_EQ(file.erase(4096), FlashStatus::bad_argument);
  Bytes out(2);
  EXPECT_EQ(file.read(4095, out), FlashStatus::bad_argument);
  EXPECT_EQ(file.read(0xFFFFFFFFU, out), FlashStatus::bad_argument);
  EXPECT_THAT(read(file, 0, 4096), Each(0xFF));
  EXPECT_EQ(std::filesystem::file_size(path_), 8192U);
}

TEST_F(FileFlashTest, OnlyOneMayWrite) {
  std::optional<FileFlash> file = create();
  EXPECT_FALSE(open());
  EXPECT_THAT(error_, StartsWith("cannot open " + path_ + ": another process uses it; "));
  EXPECT_FALSE(open(Access::read_only));
  file.reset();
  {
    const auto one = open(Access::read_only);
    const auto two = open(Access::read_only);
    EXPECT_TRUE(one && two) << error_;
    EXPECT_FALSE(open());
  }
  EXPECT_TRUE(open()) << error_;
}

TEST_F(FileFlashTest, ReadOnlyChangesNothing) {
  { ASSERT_EQ(create().program(0, Bytes(8, 0x0F)), FlashStatus::ok); }
  std::filesystem::permissions(path_, std::filesystem::perms::owner_read);
  auto file = open(Access::read_only);
  ASSERT_TRUE(file) << error_;
  EXPECT_EQ(file->program(8, Bytes(8)), FlashStatus::failed);
  EXPECT_EQ(file->erase(0), FlashStatus::failed);
  EXPECT_EQ(file->failure(), "Read-only file system");
  EXPECT_THAT(read(*file, 0, 8), Each(0x0F));
  EXPECT_THAT(read(*file, 8, 8), Each(0xFF));
}

TEST_F(FileFlashTest, ANewFileReplacesNone) {
  std::ofstream(path_) << "letters";
  EXPECT_FALSE(FileFlash::create(path_, kSmall, error_));
  EXPECT_EQ(error_, "cannot create " + path_ + ": File exists");
  EXPECT_EQ(std::filesystem::file_size(path_), 7U);
}

TEST_F(FileFlashTest, ANewFileThatCannotBe) {
  EXPECT_FALSE(FileFlash::create(path_, {1000, 8, 4}, error_));
  EXPECT_THAT(error_, HasSubstr("measures"));
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE(FileFlash::create(folder_ + "/none/flash", kSmall, error_));
  EXPECT_THAT(error_, HasSubstr("No such file or directory"));
}

TEST_F(FileFlashTest, ANewFileThatDoesNotFitIsRemoved) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit low{6000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &low), 0);
  const auto file = FileFlash::create(path_, kSmall, error_);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  (void)std::signal(SIGXFSZ, handler);
  EXPECT_FALSE(file);
  EXPECT_EQ(error_, "cannot create " + path_ + ": File too large");
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(FileFlashTest, OpenSaysWhatIsWrong) {
  EXPECT_FALSE(open());
  EXPECT_EQ(error_, "cannot open " + path_ + ": No such file or directory");
  std::ofstream(path_) << "on F1: text \"a file of macros, not of flash\"\n";
  EXPECT_FALSE(open());
  EXPECT_EQ(error_, "cannot open " + path_ + ": this is no flash file");
  std::ofstream(path_, std::ios::trunc).flush();
  EXPECT_FALSE(open());
  EXPECT_EQ(error_, "cannot open " + path_ + ": this is no flash file");
  EXPECT_FALSE(FileFlash::open(folder_, Access::read_only, error_));
  EXPECT_EQ(error_, "cannot open " + folder_ + ": Is a directory");
  EXPECT_FALSE(FileFlash::open("/dev/null", Access::read_only, error_));
  EXPECT_EQ(error_, "cannot open /dev/null: this is no flash file");
}

TEST_F(FileFlashTest, OpenChecksTheHeader) {
  (void)create();
  patch(8, 2);
  EXPECT_FALSE(open());
  EXPECT_THAT(error_, HasSubstr("of version 2, but only version 1 is known"));
  patch(8, 1);
  patch(12, 1);
  EXPECT_FALSE(open());
  EXPECT_THAT(error_, HasSubstr("header is damaged"));
  patch(12, 0);
  EXPECT_TRUE(open()) << error_;
  patch(0, 'p');
  EXPECT_FALSE(open());
  EXPECT_THAT(error_, HasSubstr("no flash file"));
}

TEST_F(FileFlashTest, OpenChecksTheSize) {
  (void)create();
  std::filesystem::resize_file(path_, 8191);
  EXPECT_FALSE(open());
  EXPECT_THAT(error_, HasSubstr("cut short: it has 8191 bytes, but should have 8192"));
  std::filesystem::resize_file(path_, 8193);
  EXPECT_FALSE(open());
  EXPECT_THAT(error_, HasSubstr("too long: it has 8193 bytes, but should have 8192"));
}

TEST_F(FileFlashTest, TellsThatTheFileBecameShorter) {
  FileFlash file = create();
  std::filesystem::resize_file(path_, 5000);
  Bytes out(1024);
  EXPECT_EQ(file.read(0, std::span(out).first(900)), FlashStatus::ok);
  EXPECT_EQ(file.read(0, out), FlashStatus::failed);
  EXPECT_NE(file.failure(), "");
}

TEST_F(FileFlashTest, MovesKeepTheFileOpenOnce) {
  FileFlash first = create();
  FileFlash second(std::move(first));
  EXPECT_EQ(second.program(0, Bytes(8, 1)), FlashStatus::ok);
  std::string other_error;
  auto other = FileFlash::create(folder_ + "/other", kSmall, other_error);
  ASSERT_TRUE(other) << other_error;
  *other = std::move(second);
  EXPECT_THAT(read(*other, 0, 8), Each(1));
  EXPECT_EQ(other->program(8, Bytes(8, 2)), FlashStatus::ok);
}

// What a process wrote before it was killed is there; the one after it can open the file at once.
TEST_F(FileFlashTest, AKilledProcessLosesNothing) {
  { (void)create({4096, 256, 64}); }
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::string error;
    auto file = FileFlash::open(path_, Access::read_write, error);
    for (std::uint32_t at = 0; file && at < 64 * 4096; at += 256) {
      if (file->program(at, Bytes(256, 7)) != FlashStatus::ok) ::_exit(1);
      if (at == 63 * 4096) (void)::raise(SIGKILL);
    }
    ::_exit(1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  auto file = open();
  ASSERT_TRUE(file) << error_;
  EXPECT_THAT(read(*file, 0, 63 * 4096 + 256), Each(7));
  EXPECT_THAT(read(*file, 63 * 4096 + 256, 4096 - 256), Each(0xFF));
}

TEST_F(FileFlashTest, IsItsOwnersOnly) {
  const mode_t before = ::umask(0);
  const FileFlash file = create();
  ::umask(before);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path_).permissions(), perms::owner_read | perms::owner_write);
  EXPECT_FALSE(file.others_can_read());
  std::filesystem::permissions(path_, perms::group_read, std::filesystem::perm_options::add);
  EXPECT_TRUE(file.others_can_read());
}

TEST_F(FileFlashTest, TheIdentityIsTheFiles) {
  const std::string identity = create().identity();
  EXPECT_EQ(open()->identity(), identity);
  std::filesystem::rename(path_, path_ + ".moved");
  EXPECT_NE(create().identity(), identity);
  std::filesystem::remove(path_);
  std::filesystem::copy_file(path_ + ".moved", path_);
  EXPECT_NE(open()->identity(), identity) << "a copy";
  std::filesystem::remove(path_);
  std::filesystem::rename(path_ + ".moved", path_);
  EXPECT_EQ(open()->identity(), identity) << "moved";
}

TEST_F(FileFlashTest, DiscardsOnlyItsOwnFile) {
  FileFlash file = create();
  std::filesystem::rename(path_, path_ + ".moved");
  std::ofstream(path_) << "another";
  file.discard(path_);
  EXPECT_TRUE(std::filesystem::exists(path_));
  file.discard(path_ + ".moved");
  EXPECT_FALSE(std::filesystem::exists(path_ + ".moved"));
  file.discard(path_ + ".moved");
}

}  // namespace
}  // namespace pianola::file
