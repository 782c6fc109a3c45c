#pragma once

#include <cstdint>

#include "hid/usage.hpp"

namespace pianola::engine {

/// What a macro or a key asks of the device around the engine; see Engine::take_request().
struct Request {
  enum class Kind : std::uint8_t {
    none,
    lock,    ///< `lock`: forget what only the passphrase gives.
    edit,    ///< `edit`: enter edit mode, or leave it.
    leader,  ///< A key after the leader, which starts no macro. The device may have a command on
             ///< it.
  };

  Kind kind = Kind::none;
  hid::Usage key = hid::kNoKey;  ///< For `leader`: the key.
};

}  // namespace pianola::engine
