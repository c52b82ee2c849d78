// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Decodes a stream with the VPU's engines, without an emulator: `vpu_decode FILE`. What goes to stdout is
 * described in scripts/svplib/decode/program.py. Exit status 2 for a wrong call, else 0.
 *
 * Parsers are in firmware/guest/play, drivers and players in players.
 */
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "../firmware/guest/play/ivf.hpp"
#include "players/h264_player.hpp"
#include "players/hevc_player.hpp"
#include "players/mpeg2_player.hpp"
#include "players/vp8_player.hpp"
#include "players/vp9_player.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;
using namespace svp;

void say(const char* word, const std::string& text) {
    std::printf("%s %s\n", word, text.c_str());
}

void show(std::span<const std::uint8_t> picture, unsigned width, unsigned height,
          const char* format = "yuv420p") {
    std::printf("picture %s %u %u %zu\n", format, width, height, picture.size());
    std::fwrite(picture.data(), 1, picture.size(), stdout);
}

/** Memory from address 0 on, all of it open. */
class Memory : public vpu::MemoryPort {
 public:
    explicit Memory(std::size_t size) : cells(size) {}

    Response read(vpu::Stream, std::uint32_t address, std::span<std::uint8_t> data) override {
        const std::size_t first = std::min<std::size_t>(address, cells.size());
        const std::size_t there = std::min(data.size(), cells.size() - first);
        std::copy_n(cells.begin() + static_cast<std::ptrdiff_t>(first), there, data.begin());
        std::ranges::fill(data.subspan(there), std::uint8_t{0});
        return there == data.size() ? Response::okay : Response::decerr;
    }
    Response write(vpu::Stream, std::uint32_t address, std::span<const std::uint8_t> data) override {
        if (address > cells.size() || data.size() > cells.size() - address) {
            return Response::decerr;
        }
        std::ranges::copy(data, cells.begin() + static_cast<std::ptrdiff_t>(address));
        return Response::okay;
    }

    Bytes cells;
};

void play_vp8(const play::Ivf& ivf) {
    test::Vp8TestPlayer player;
    unsigned number = 0;
    for (const auto& frame : ivf.frames) {
        ++number;
        if (frame.size() > test::Vp8TestPlayer::stream_room) {
            say("error", "frame " + std::to_string(number) + ": " + std::to_string(frame.size()) +
                             " bytes are too many");
        } else if (!player.decode(frame)) {
            say("error", "frame " + std::to_string(number) + ": " + player.problem);
        } else if (player.shown) {
            show(player.picture(), player.width, player.height);
        }
    }
}

void play_vp9(const play::Ivf& ivf) {
    test::Vp9TestPlayer player;
    player.keep_going = true;
    player.output = [](const test::Vp9Picture& picture) {
        show(picture.planes, picture.width, picture.height,
             picture.bit_depth == 8 ? "yuv420p" : "yuv420p10le");
    };
    for (const auto& chunk : ivf.frames) {
        if (!player.play(chunk)) {
            say(player.pictures == 0 ? "unsupported" : "error", player.problem);
            if (player.pictures == 0) {
                return;
            }
            player.forget_problem();
        }
    }
    if (player.pictures == 0) {
        say("unsupported", "VP9 without a picture");
    }
}

const char* words(vpu::mpeg2::Result result) {
    switch (result) {
        case vpu::mpeg2::Result::more:
        case vpu::mpeg2::Result::done:
            break;
        case vpu::mpeg2::Result::stream_exhausted:
            return "the stream ends too early";
        case vpu::mpeg2::Result::stream_error:
            return "slices that are none, out of order, or missing";
        case vpu::mpeg2::Result::bus_error:
            return "a bus error";
        case vpu::mpeg2::Result::impossible:
            return "more than the decoder can do: its size, or too many bytes";
    }
    return "done";
}

void play_mpeg2(const Bytes& stream) {
    test::Mpeg2TestPlayer<Memory> player;
    player.play(stream, [&player](std::span<const std::uint8_t> picture) {
        show(picture, player.width, player.height);
    });
    for (std::size_t i = 0; i < player.results.size(); ++i) {
        if (player.results[i] != vpu::mpeg2::Result::done) {
            say("error", "coded picture " + std::to_string(i + 1) + ": " + words(player.results[i]));
        }
    }
    if (!player.problem.empty()) {
        say(player.results.empty() ? "unsupported" : "error", player.problem);
    }
}

void play_h264(const Bytes& stream) {
    test::H264TestPlayer player;
    player.output = [&player](std::span<const std::uint8_t> planes) {
        show(planes, player.width, player.height);
    };
    player.keep_going = true;
    if (!player.play(stream)) {
        say(player.pictures == 0 ? "unsupported" : "error", player.problem);
    } else if (player.pictures == 0) {
        say("unsupported", player.problem.empty() ? "H.264 without a picture" : player.problem);
    }
}

void play_hevc(const Bytes& stream) {
    test::HevcTestPlayer player;
    player.output = [&player](std::span<const std::uint8_t> planes) {
        show(planes, player.width, player.height, player.depth == 8 ? "yuv420p" : "yuv420p10le");
    };
    player.keep_going = true;
    if (!player.play(stream)) {
        say(player.pictures == 0 ? "unsupported" : "error", player.problem);
    } else if (player.pictures == 0) {
        say("unsupported", player.problem.empty() ? "HEVC without a picture" : player.problem);
    }
}

/** True if @p file begins with a start code and a NAL unit that H.264 streams begin with. */
bool is_h264(const Bytes& file) {
    const auto zeros = static_cast<std::size_t>(
        std::find_if(file.begin(), file.end(), [](std::uint8_t byte) { return byte != 0; }) - file.begin());
    if (zeros < 2 || zeros + 1 >= file.size() || file[zeros] != 1 || (file[zeros + 1] & 0x80) != 0) {
        return false;
    }
    // Slice, IDR slice, SEI, parameter sets, delimiter. HEVC's 0x40 and more are none of them.
    const unsigned type = file[zeros + 1] & 31u;
    return type == 1 || (type >= 5 && type <= 9);
}

bool begins(const Bytes& file, std::initializer_list<std::uint8_t> with) {
    return file.size() >= with.size() && std::equal(with.begin(), with.end(), file.begin());
}

/** What kind of stream it is, by its first bytes. */
void play_any(const Bytes& file) {
    if (begins(file, {'D', 'K', 'I', 'F'})) {
        std::string problem;
        const auto ivf = play::Ivf::parse(file, problem);
        if (!ivf) {
            say("unsupported", problem);
        } else if (ivf->fourcc == "VP90") {
            play_vp9(*ivf);
        } else if (ivf->fourcc != "VP80") {
            say("unsupported",
                "IVF with codec '" + ivf->fourcc + "', only VP80 (VP8) and VP90 (VP9) are decoded");
        } else {
            play_vp8(*ivf);
        }
    } else if (play::is_mpeg2(file)) {
        play_mpeg2(file);
    } else if (play::is_hevc(file)) {
        play_hevc(file);
    } else if (is_h264(file)) {
        play_h264(file);
    } else {
        say("unsupported",
            "neither IVF with VP8 or VP9, nor H.264 or HEVC (Annex B) or MPEG-2 video, which are decoded so "
            "far");
    }
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) {
        std::fprintf(stderr, "usage: vpu_decode FILE\n");
        return 2;
    }
    std::ifstream file(words[1], std::ios::binary);
    const Bytes content{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) {
        say("unsupported", "cannot be read");
    } else {
        play_any(content);
    }
    std::printf("end\n");
    return 0;
}
