// SPDX-License-Identifier: GPL-2.0-or-later
/** libFuzzer's entry for the VP8 engine: every input is G1's registers and the memory around. Built with
 * clang only; see tests/README.md. */
#include <cstdlib>

#include "vp8_hostile.hpp"

using namespace svp::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::uint8_t> input(data, data + size);
    if (input.size() > 19) {
        // Pictures of up to 8 x 8 macroblocks: what is larger does the same more often.
        input[19] = 0;
        input[18] &= 0xfc;
        input[18] = static_cast<std::uint8_t>(input[18] & 0x83);
        input[17] &= 0x3f;
        input[16] &= 0xc0;
    }
    const HostileEnd end = run_hostile_vp8(input);
    if (end.strays != 0 || !end.bounded) {
        std::abort();
    }
    return 0;
}
