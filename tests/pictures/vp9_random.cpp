// SPDX-License-Identifier: GPL-2.0-or-later
/** Random VP9 streams: `vp9_random NUMBER` writes stream NUMBER to stdout, as IVF. */
#include <cstdio>
#include <cstdlib>

#include "vp9_generator.hpp"

int main(int count, char** words) {
    if (count != 2) {
        std::fprintf(stderr, "usage: vp9_random NUMBER\n");
        return 2;
    }
    svp::test::Vp9Generator generator(std::strtoull(words[1], nullptr, 10));
    const unsigned width = generator.width(), height = generator.height();
    const auto file = svp::test::Vp8Generator::ivf(width, height, generator.stream(12), '9');
    return std::fwrite(file.data(), 1, file.size(), stdout) == file.size() ? 0 : 1;
}
