// SPDX-License-Identifier: GPL-2.0-or-later
/** libFuzzer's entry: every input is a descriptor with its memory. Built with clang only; see
 * tests/README.md. */
#include "test_caam_hostile.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static_cast<void>(svp::test::run_hostile({data, size}));
    return 0;
}
