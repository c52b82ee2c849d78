// SPDX-License-Identifier: GPL-2.0-or-later
/** libFuzzer's entry for the MPEG-2 engine: every input is what registers matter, and the memory around.
 * Built with clang only; see tests/README.md. */
#include <cstdlib>

#include "mpeg2_hostile.hpp"

using namespace svp::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> input(data, size);
    const unsigned how = input.empty() ? 0 : input.front();
    input = input.subspan(std::min<std::size_t>(input.size(), 1));
    auto registers = take_registers<G1Registers>(input, mpeg2_register_numbers);
    // Mostly small pictures of which the stream begins with a slice: what lies behind is reached.
    if (how % 16 != 0) {
        make_possible(registers, 4);
    } else {
        registers[4] &= 7u << 23 | 7u << 11 | 0x7ff;
    }
    const std::uint8_t start[] = {0, 0, 1, static_cast<std::uint8_t>(1 + how / 32)};
    const std::span<const std::uint8_t> unit(start, how / 16 % 2 != 0 ? sizeof start : 0);
    const HostileEnd end =
        run_hostile_mpeg2(svp::vpu::g1::mpeg2_parameters(registers), memory_with(input, registers[12], unit));
    if (end.strays != 0 || !end.bounded) {
        std::abort();
    }
    return 0;
}
