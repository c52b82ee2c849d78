// SPDX-License-Identifier: GPL-2.0-or-later
/** libFuzzer's entry for the display controller: registers, lists of its context loader, time, looks at the
 * screen. Built with clang only; see tests/README.md. */
#include <cstdlib>

#include "dcss_hostile.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const svp::test::HostileDisplayEnd end = svp::test::run_hostile_display({data, size});
    if (end.strays != 0 || !end.sound || !end.same) {
        std::abort();
    }
    return 0;
}
