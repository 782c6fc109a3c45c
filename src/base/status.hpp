#pragma once

#include <cstdint>

namespace pianola {

/// How a call that stores or compiles ended.
enum class Status : std::uint8_t {
  ok,        ///< Done.
  more,      ///< Not finished: call again.
  errors,    ///< The source has errors; they went to the diagnostic sink.
  full,      ///< No room for what was to be stored. Nothing was damaged.
  io_error,  ///< What should be read or written cannot be.
};

}  // namespace pianola
