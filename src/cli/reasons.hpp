#pragma once

#include <string>

#include "hid/layout.hpp"
#include "lang/code/roll.hpp"
#include "timeline/run_recorder.hpp"

namespace pianola::cli {

/// Why a run in which keys were pressed gave the computer nothing: `the macro of F9 typed nothing`.
std::string why_nothing(const timeline::RunRecorder& run, lang::Roll& roll,
                        const hid::Layout& layout);

/// If nothing that `roll` binds was used: which keys went to the computer as they are, and what
/// they are bound with instead. Else empty.
std::string unbound_keys(const timeline::RunRecorder& run, lang::Roll& roll,
                         const hid::Layout& layout);

}  // namespace pianola::cli
