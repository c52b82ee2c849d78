// SPDX-License-Identifier: GPL-2.0-or-later
/** libFuzzer's entry for the headers of VP9 in the trusted application svp-vp9: every input is a stream, each
 * sample with its size, 16 bits, in front. What is accepted has to be what the player reads. Built with clang
 * only; see tests/README.md. */
#include <cstdio>
#include <cstdlib>

#include "vp9_headers_pair.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    svp::test::Vp9HeadersPair pair;
    while (size >= 2) {
        const std::size_t wanted = data[0] | std::size_t{data[1]} << 8;
        const std::size_t now = std::min(wanted, size - 2);
        // A copy of just that size, whose end the sanitizers watch
        const std::vector<std::uint8_t> sample(data + 2, data + 2 + now);
        pair.take(sample);
        if (!pair.difference.empty()) {
            std::fprintf(stderr, "%s\n", pair.difference.c_str());
            std::abort();
        }
        data += 2 + now;
        size -= 2 + now;
    }
    return 0;
}
