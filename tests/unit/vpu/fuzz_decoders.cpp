// SPDX-License-Identifier: GPL-2.0-or-later
/** libFuzzer's entry for the decoders' register files: accesses, jobs, turns, losses of power, faults, saved
 * states. Built with clang only; see tests/README.md. */
#include <cstdlib>

#include "decoder_hostile.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const svp::test::HostileDecodersEnd end = svp::test::run_hostile_decoders({data, size});
    if (end.strays != 0 || !end.sound) {
        std::abort();
    }
    return 0;
}
