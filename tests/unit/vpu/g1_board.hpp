// SPDX-License-Identifier: GPL-2.0-or-later
/** A G1 and a player of VP8 that prepares its jobs. */
#pragma once

#include "../../../tools/players/vp8_player.hpp"
#include "../../pictures/vp8_generator.hpp"
#include "../catch.hpp"
#include "../fake_host.hpp"
#include "vpu/g1/vpu_g1.hpp"

namespace svp::test {

inline constexpr std::uint32_t interrupt = 0x004;
inline constexpr std::uint32_t dec_e = 1u << 0, irq_dis = 1u << 4, irq = 1u << 8, rdy = 1u << 12;

/** A G1 whose memory holds what a player has prepared, and the player, whose engine says what is expected. */
struct G1Board {
    G1Board() { g1.reset(); }

    /** Registers and memory for the next frame, from a stream of small pictures; the picture that it must
     * give. */
    std::vector<std::uint8_t> prepare(const std::vector<std::uint8_t>& data) {
        const auto frame = player.parser.parse(data, player.problem);
        REQUIRE(frame.has_value());
        player.prepare(*frame, data);
        const auto cells = player.port->cells;  // as they are before the job
        vpu::vp8::Decoder engine(vpu::g1::vp8_parameters(player.registers), *player.port);
        REQUIRE(engine.decode() == vpu::vp8::Result::done);
        output = player.address_of(player.current);
        const auto picture = picture_in(player.port->cells);
        const auto put = [&](std::uint32_t first, std::size_t size) {
            host.memory.put(first, std::span(cells).subspan(first, size));
        };
        put(Vp8TestPlayer::table_at, 1208);
        put(Vp8TestPlayer::map_at, 64);
        put(Vp8TestPlayer::stream_at, data.size());
        player.update_references(*frame);
        program();
        return picture;
    }
    void program() {
        for (unsigned number = 2; number < 60; ++number) {
            write32(g1, 4 * number, player.registers[number]);
        }
    }
    void start() { write32(g1, interrupt, dec_e); }
    void run() {
        start();
        host.run_work(g1);
    }
    /** As an interrupt handler has it. */
    std::uint32_t acknowledge() {
        const std::uint32_t status = read32(g1, interrupt);
        write32(g1, interrupt, 0);
        return status;
    }
    std::vector<std::uint8_t> picture() const { return host.memory.bytes(output, player.picture_size); }
    std::vector<std::uint8_t> picture_in(const std::vector<std::uint8_t>& cells) const {
        return {cells.begin() + output, cells.begin() + output + player.picture_size};
    }
    std::vector<std::uint8_t> next(bool key) { return prepare(generator.frame(key)); }

    FakeHost host;
    VpuG1 g1{host};
    Vp8TestPlayer player;
    Vp8Generator generator{48, 40, 0, 77};
    std::uint32_t output = 0;
};

}  // namespace svp::test
