// SPDX-License-Identifier: GPL-2.0-or-later
/** libFuzzer's entry for the MPEG-2 engine: every input is G1's registers and the memory around. Built with
 * clang only; see tests/README.md. */
#include <cstdlib>
#include <vector>

#include "mpeg2_hostile.hpp"

using namespace svp::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::uint8_t> input(data, data + size);
    if (input.size() > 19) {
        // Pictures of up to 7 x 7 macroblocks: what is larger does the same more often.
        input[19] &= 0x03;
        input[18] &= 0x80;
        input[17] &= 0x38;
    }
    const HostileEnd end = run_hostile_mpeg2(input);
    if (end.strays != 0 || !end.bounded) {
        std::abort();
    }
    return 0;
}
