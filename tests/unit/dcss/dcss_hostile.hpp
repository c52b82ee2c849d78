// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A guest that means no good by the display controller. Its first bytes set up a screen with three channels,
 * so that what it does then meets with pictures; the rest is register accesses, lists, time, memory,
 * firewalls, faults and looks.
 */
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "../fake_host.hpp"
#include "../hostile_bytes.hpp"
#include "dcss/dcss.hpp"
#include "hostile_scene.hpp"
#include "soc/anatop.hpp"

namespace svp::test {

struct HostileDisplayEnd {
    unsigned strays = 0;  ///< accesses that are not the controller's, not reads, or not below 4 GiB
    unsigned looks = 0;
    unsigned writes = 0;    ///< parts of pictures that went to memory
    unsigned pictures = 0;  ///< looks that found something sent out
    bool sound = true;      ///< sizes of the screen, its pixels and its changed lines belong together
    bool same = true;       ///< what was composed bit by bit is what a controller without a past composes
};

class HostileDisplay {
 public:
    HostileDisplay() {
        anatop_.reset();
        dcss_.reset();
        static_cast<void>(dcss_.connect("anatop", anatop_));
    }

    HostileDisplayEnd run(std::span<const std::uint8_t> input) {
        input_ = HostileBytes(input);
        const bool compares = byte() % 4 == 0;
        HostileScene(dcss_, host_, [this] { return byte(); }).set();
        while (!input_.empty() && operations_++ < operations_max) {
            operate(byte() % 16);
        }
        look();
        if (compares) {
            compare();
        }
        return end_;
    }

 private:
    static constexpr unsigned operations_max = 300;
    static constexpr unsigned looks_max = 6;  ///< they take long
    static constexpr unsigned saves_max = 2;
    static constexpr std::uint32_t side_mask = 0x007f007f;
    static constexpr std::uint32_t lists = HostileScene::lists;

    std::uint8_t byte() { return input_.byte(); }
    std::uint32_t word() { return input_.word(); }
    const RegisterBank& bank() const { return *dcss_.banks().front().bank; }
    /** Some register's offset. */
    std::uint32_t place() {
        const std::vector<Register>& rows = bank().rows();
        const unsigned high = byte();
        const Register& row = rows[(high << 8 | byte()) % rows.size()];
        const std::uint32_t index = byte() % row.count;
        return row.offset + index * row.stride + (row.alias == Alias::none ? 0 : byte() % 4 * 4u);
    }
    /** A word of a block that pictures depend on, which may be none. */
    std::uint32_t near_place() {
        using namespace dcss;
        constexpr std::uint32_t blocks[] = {dpr::base,
                                            dpr::base + dpr::stride,
                                            dpr::base + 2 * dpr::stride,
                                            scaler::base,
                                            scaler::base + scaler::stride,
                                            scaler::base + 2 * scaler::stride,
                                            dtrc::base,
                                            dtrc::base + dtrc::stride,
                                            hdr10::csc_a,
                                            hdr10::stride + hdr10::csc_b,
                                            hdr10::output_pipe * hdr10::stride + hdr10::csc_a,
                                            dtg::base,
                                            dtg::base,
                                            wrscl::base,
                                            rdsrc::base,
                                            ctxld::base};
        const std::uint32_t block = blocks[byte() % std::size(blocks)];
        return block + 4u * byte();
    }
    void write(std::uint32_t offset, std::uint32_t value) { write32(dcss_, offset, value); }

    void operate(unsigned which) {
        switch (which) {
            case 0: {
                const std::uint32_t offset = place();
                return write(offset, word());
            }
            case 1:
            case 2:
            case 3: {
                const std::uint32_t offset = near_place();
                const std::uint32_t flipped = std::uint32_t{byte()} << byte() % 32;
                if (bank().names(offset)) {
                    write(offset, read32(dcss_, offset) ^ flipped);
                }
                return;
            }
            case 4: {
                // An item of a list, near where lists of this guest begin.
                const std::uint32_t value = word();
                const std::uint32_t offset = byte() % 2 == 0 ? place() : near_place();
                const std::uint64_t item = lists + byte() * std::uint64_t{8};
                put(item, value);
                return put(item + 4, static_cast<std::uint32_t>(dcss::bus_address) + offset);
            }
            case 5:
            case 6:
                return pass(byte() * std::int64_t{200000});
            case 7:
                if (saves_++ < saves_max) {
                    const std::vector<std::byte> state = dcss_.save();
                    end_.sound = !dcss_.load(state) && end_.sound;
                }
                return;
            case 8:
                return put(HostileScene::picture(byte() % 4) + word() % 0x4000, word());
            case 9:
                return fence();
            case 10: {
                constexpr std::string_view names[] = {"underrun", "lost-vblank", "ahb-error"};
                host_.faults[std::string(names[byte() % 3])] = {};
                return;
            }
            case 11:
                write(dcss::ctxld::control_status + 4, dcss::ctxld::enable);
                return pass(9000000);
            case 12:
                static_cast<void>(dcss_.set_property("crc", byte() % 2));
                static_cast<void>(dcss_.counters());
                return;
            case 13:
                if (byte() == 0) {
                    dcss_.reset();
                }
                static_cast<void>(dcss_.read(0, place(), 4, {}));
                return;
            default:
                return look();
        }
    }
    void put(std::uint64_t address, std::uint32_t value) {
        std::uint8_t bytes[4];
        for (unsigned i = 0; i < 4; ++i) {
            bytes[i] = static_cast<std::uint8_t>(value >> 8 * i);
        }
        host_.memory.put(address, bytes);
    }
    void pass(std::int64_t nanoseconds) {
        shrink();
        host_.advance(dcss_, nanoseconds);
        host_.run_work(dcss_);
        count();
    }
    /** Closes a part of some picture, or opens all again. */
    void fence() {
        fenced_ = true;
        const std::uint8_t how = byte();
        if (how % 8 == 0 || host_.memory.fences.size() == 4) {
            host_.memory.fences.clear();
            return;
        }
        constexpr Response answers[] = {Response::okay, Response::slverr, Response::decerr};
        const std::uint64_t first = HostileScene::picture(how % 4) + byte() * std::uint64_t{64};
        host_.memory.fences.push_back({first, first + byte() * std::uint64_t{64},
                                       how % 16 == 1 ? Direction::write : Direction::read,
                                       answers[how / 16 % 3]});
    }
    void count() {
        for (const auto* list : {&host_.memory.accesses, &host_.memory.judged}) {
            for (const FakeMemory::Access& access : *list) {
                const bool write = access.direction == Direction::write;
                const bool own = access.master == Master::dcss && !(write && access.observer);
                end_.strays += own && access.address < std::uint64_t{1} << 32 ? 0 : 1;
                end_.writes += write ? 1 : 0;
            }
        }
        host_.memory.accesses.clear();
        host_.memory.judged.clear();
        host_.memory.denied.clear();
    }

    /** Small pictures, on the screen and in memory: what is larger does the same more often. */
    void shrink() {
        using namespace dcss;
        const auto limit = [&](std::uint32_t offset, std::uint32_t mask) {
            if ((bank().value(offset) & ~mask) != 0) {
                write(offset, bank().value(offset) & mask);
            }
        };
        for (unsigned channel = 0; channel < channel_count; ++channel) {
            const std::uint32_t at = scaler::base + channel * scaler::stride;
            limit(at + scaler::src_lum_res, side_mask);
            limit(at + scaler::src_chr_res, side_mask);
            if ((bank().value(at + scaler::ctrl) & scaler::scale_to_memory) != 0) {
                limit(at + scaler::dst_lum_res, side_mask);
            }
            limit(dpr::base + channel * dpr::stride + dpr::frame_1p_pix_y, side_mask);
            limit(dpr::base + channel * dpr::stride + dpr::frame_2p_pix_y, side_mask);
        }
        limit(rdsrc::width, side_mask);
        limit(rdsrc::height, side_mask);
        for (unsigned index = 0; index < dtrc::count; ++index) {
            for (const std::uint32_t half : {0u, dtrc::bank_stride}) {
                limit(dtrc::base + index * dtrc::stride + half + dtrc::size, 0x000f000f);
            }
        }
        const std::uint32_t top = bank().value(dtg::disp_top);
        const std::uint32_t size = bank().value(dtg::disp_bot) - top;
        if ((size & ~side_mask) != 0) {
            write(dtg::disp_bot, top + (size & side_mask));
        }
    }
    void look() {
        if (end_.looks == looks_max) {
            return;
        }
        ++end_.looks;
        shrink();
        const dcss::Screen screen = dcss_.compose();
        const dcss::Lines changed = dcss_.take_changes();
        end_.pictures += screen.pixels.empty() ? 0 : 1;
        end_.sound = end_.sound && screen.pixels.size() == std::size_t{screen.width} * screen.height &&
                     screen.width <= dcss::Channel::side_max && changed.first <= changed.end;
        count();
    }
    /** Where nothing was ever denied: a judged frame is not in saved state. */
    void compare() {
        if (fenced_) {
            return;
        }
        FakeHost other_host;
        Dcss other(other_host);
        other_host.memory = host_.memory;
        other.reset();
        shrink();
        end_.sound = !other.load(dcss_.save()) && end_.sound;
        const dcss::Screen screen = dcss_.compose(), fresh = other.compose();
        end_.same = screen.width == fresh.width && std::ranges::equal(screen.pixels, fresh.pixels);
    }

    FakeHost host_;
    Anatop anatop_{host_};
    Dcss dcss_{host_};
    HostileBytes input_;
    unsigned operations_ = 0;
    unsigned saves_ = 0;
    bool fenced_ = false;
    HostileDisplayEnd end_;
};

inline HostileDisplayEnd run_hostile_display(std::span<const std::uint8_t> input) {
    HostileDisplay display;
    return display.run(input);
}

}  // namespace svp::test
