// SPDX-License-Identifier: GPL-2.0-or-later
/** libFuzzer's entry for the HEVC engine: every input is what registers matter, and the memory around. Built
 * with clang only; see tests/README.md. */
#include <cstdlib>

#include "hevc_hostile.hpp"

using namespace svp::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> input(data, size);
    const unsigned how = input.empty() ? 0 : input.front();
    input = input.subspan(std::min<std::size_t>(input.size(), 1));
    auto registers = take_registers<G2Words>(input, hevc_register_numbers);
    // Mostly possible, small pictures of which the stream begins with a slice: what lies behind is reached.
    if (how % 16 != 0) {
        make_possible(registers, 12);
    } else {
        registers[4] &= 15u << 19 | 15u << 6 | 63;
    }
    constexpr std::uint8_t units[] = {0x26, 0x02, 0x2a, 0x00};
    const std::uint8_t start[] = {0, 0, 1, units[how / 16 % 4], 1};
    const std::span<const std::uint8_t> unit(start, how / 64 != 0 ? sizeof start : 0);
    const HostileEnd end =
        run_hostile_hevc(registers, memory_with(input, registers[svp::vpu::g2::stream_base], unit));
    if (end.strays != 0 || !end.bounded) {
        std::abort();
    }
    return 0;
}
