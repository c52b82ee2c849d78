// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the VP9 engine counts: `vp9_counts FILE.ivf` decodes a stream and prints, for each frame by which
 * probabilities adapt, a line with its number and one for each array of counts. libvpx with
 * tests/pictures/libvpx_counts.patch prints the same.
 */
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "../firmware/guest/play/ivf.hpp"
#include "players/vp9_player.hpp"

namespace {

using namespace svp;

template <typename Array>
void print(const char* name, const Array& counts) {
    std::array<std::uint32_t, sizeof(counts) / sizeof(std::uint32_t)> numbers;
    std::memcpy(numbers.data(), &counts, sizeof(counts));
    std::printf("%s", name);
    for (const std::uint32_t number : numbers) {
        std::printf(" %u", number);
    }
    std::printf("\n");
}

void print(const vpu::vp9::Counts& counts) {
    print("inter_mode", counts.inter_mode);
    print("y_mode", counts.y_mode);
    print("uv_mode", counts.uv_mode);
    print("partition", counts.partition);
    print("interp_filter", counts.interp_filter);
    print("is_inter", counts.is_inter);
    print("comp_mode", counts.comp_mode);
    print("single_ref", counts.single_ref);
    print("comp_ref", counts.comp_ref);
    print("tx_32x32", counts.tx_32x32);
    print("tx_16x16", counts.tx_16x16);
    print("tx_8x8", counts.tx_8x8);
    print("skip", counts.skip);
    print("joint", counts.joint);
    for (unsigned i = 0; i < 2; ++i) {
        print("sign", counts.sign[i]);
        print("classes", counts.classes[i]);
        print("class0", counts.class0[i]);
        print("bits", counts.bits[i]);
        print("class0_fraction", counts.class0_fraction[i]);
        print("fraction", counts.fraction[i]);
        print("class0_high_precision", counts.class0_high_precision[i]);
        print("high_precision", counts.high_precision[i]);
    }
    print("coefficients", counts.coefficients);
    print("more_coefficients", counts.more_coefficients);
}

/** Frames whose counts are of use. */
bool adapts(const v4l2_ctrl_vp9_frame& frame) {
    return (frame.flags & (V4L2_VP9_FRAME_FLAG_ERROR_RESILIENT | V4L2_VP9_FRAME_FLAG_PARALLEL_DEC_MODE)) == 0;
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) {
        std::fprintf(stderr, "usage: vp9_counts FILE.ivf\n");
        return 2;
    }
    std::ifstream file(words[1], std::ios::binary);
    const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
    std::string problem;
    const auto ivf = play::Ivf::parse(bytes, problem);
    test::Vp9TestPlayer player;
    play::Vp9Parser parser;
    unsigned number = 0;
    for (std::size_t chunk = 0; ivf && chunk < ivf->frames.size(); ++chunk) {
        for (const auto& data : play::vp9_frames(ivf->frames[chunk])) {
            const auto frame = parser.parse(data, problem);
            if (!frame || !player.play(data)) {
                std::fprintf(stderr, "vp9_counts: %s\n", (problem + player.problem).c_str());
                return 1;
            }
            number += frame->existing ? 0 : 1;
            if (!frame->existing && adapts(frame->control)) {
                vpu::vp9::Counts counts;
                std::memcpy(&counts, player.misc().data() + test::G2Vp9Driver::counts_at, sizeof(counts));
                std::printf("frame %u\n", number);
                print(counts);
            }
        }
    }
    return ivf ? 0 : 1;
}
