// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * libFuzzer's entry: every input is a descriptor with its memory. One mutation in four puts a descriptor of
 * plausible commands in the place of the input. Built with clang only; see tests/README.md.
 */
#include "caam_hostile.hpp"

using namespace svp::test;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static_cast<void>(run_hostile({data, size}));
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    HostileRandom random(seed);
    if (size >= 12 && random() % 4 != 0) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    const auto fresh = hostile::hostile_input(random);
    const std::size_t length = std::min(fresh.size(), max_size);
    std::copy_n(fresh.begin(), length, data);
    return length;
}
