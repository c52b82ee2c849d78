// SPDX-License-Identifier: GPL-2.0-or-later
/** libFuzzer's entry for the VP9 engine: every input is G2's registers and the memory around. Built with
 * clang only; see tests/README.md. */
#include <cstdlib>

#include "vp9_hostile.hpp"

using namespace svp::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> input(data, size);
    const G2Registers registers = take_vp9_registers(input);
    const HostileEnd end = run_hostile_vp9(registers, input);
    if (end.strays != 0 || !end.bounded) {
        std::abort();
    }
    return 0;
}
