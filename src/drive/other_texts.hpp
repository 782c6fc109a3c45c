#pragma once

#include <cstdint>
#include <string_view>

#include "base/text_writer.hpp"
#include "drive/fat_reader.hpp"
#include "drive/root_folder.hpp"
#include "drive/session.hpp"

namespace pianola::drive {

/// Goes through the texts in the root directory that a user may have taken for macros.txt. Not
/// among them: files of the device's own, as long as they are what they were; what computers leave
/// on a drive for themselves; and, as long as macros.txt is there, the backups that editors keep.
class OtherTexts {
 public:
  /// `fat` is a reader of `session`. Both are the caller's and outlive this. `has_macros`: there is
  /// a macros.txt that is not empty.
  OtherTexts(FatReader& fat, Session& session, bool has_macros)
      : fat_(fat), session_(session), folder_(fat), has_macros_(has_macros) {}

  /// The next one. `format` is then what foreign_format() says of it. False if there is none left.
  bool next(RootEntry& entry, std::string_view& format);

 private:
  [[nodiscard]] bool may_count(const RootEntry& entry) const;
  bool reads_as_text(const RootEntry& entry, std::string_view& format);

  FatReader& fat_;
  Session& session_;
  RootFolder folder_;
  bool has_macros_;
};

/// A number for where and when a file was written: another one after it was written again.
std::uint32_t file_mark(const RootEntry& entry);

/// Writes a line for each of the first ones, with what is wrong with it, and how many more there
/// are.
void write_other_texts(OtherTexts& texts, TextWriter& out);

}  // namespace pianola::drive
