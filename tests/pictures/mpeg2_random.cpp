// SPDX-License-Identifier: GPL-2.0-or-later
/** Random legal MPEG-2 streams: `mpeg2_random NUMBER` writes stream NUMBER to stdout. */
#include <cstdio>
#include <cstdlib>

#include "mpeg2_generator.hpp"

int main(int count, char** words) {
    if (count != 2) {
        std::fprintf(stderr, "usage: mpeg2_random NUMBER\n");
        return 2;
    }
    const std::uint64_t number = std::strtoull(words[1], nullptr, 10);
    const bool interlaced = number % 3 != 0;
    const auto width = static_cast<unsigned>(2 + number % 7), pairs = static_cast<unsigned>(1 + number % 3);
    svp::test::Mpeg2Generator generator(width, interlaced ? 2 * pairs : 1 + 2 * pairs, interlaced, number);
    const std::vector<std::uint8_t> stream = generator.stream(9);
    return std::fwrite(stream.data(), 1, stream.size(), stdout) == stream.size() ? 0 : 1;
}
