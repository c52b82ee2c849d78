// SPDX-License-Identifier: GPL-2.0-or-later
/** libFuzzer's entry for the HEVC engine: every input is G2's registers and the memory around. Built with
 * clang only; see tests/README.md. */
#include <cstdlib>
#include <vector>

#include "hevc_hostile.hpp"

using namespace svp::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::uint8_t> input(data, data + size);
    if (input.size() > 19) {
        // Pictures of up to 15 x 15 smallest blocks: what is larger does the same more often.
        input[19] = 0;
        input[18] &= 0x78;
        input[17] &= 0x03;
    }
    const HostileEnd end = run_hostile_hevc(input);
    if (end.strays != 0 || !end.bounded) {
        std::abort();
    }
    return 0;
}
