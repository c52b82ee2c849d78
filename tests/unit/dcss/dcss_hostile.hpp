// SPDX-License-Identifier: GPL-2.0-or-later
/** A guest that means no good by the display controller: any bytes are register accesses, lists, time and
 * looks. */
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "../fake_host.hpp"
#include "dcss/dcss.hpp"
#include "soc/anatop.hpp"

namespace svp::test {

struct HostileDisplayEnd {
    unsigned strays = 0;  ///< accesses that are not the controller's, not reads, or not below 4 GiB
    unsigned looks = 0;
    unsigned writes = 0;    ///< parts of pictures that went to memory
    unsigned pictures = 0;  ///< looks that found something sent out
    bool sound = true;      ///< sizes of the screen, its pixels and its changed lines belong together
};

class HostileDisplay {
 public:
    HostileDisplay() {
        anatop_.reset();
        dcss_.reset();
        static_cast<void>(dcss_.connect("anatop", anatop_));
    }

    HostileDisplayEnd run(std::span<const std::uint8_t> input) {
        input_ = input;
        while (!input_.empty() && operations_++ < operations_max) {
            operate(byte() % 8);
        }
        return end_;
    }

 private:
    static constexpr unsigned operations_max = 400;
    static constexpr unsigned looks_max = 4;  ///< they take long
    static constexpr std::uint32_t side_mask = 0x007f007f;

    std::uint8_t byte() {
        if (input_.empty()) {
            return 0;
        }
        const std::uint8_t first = input_.front();
        input_ = input_.subspan(1);
        return first;
    }
    std::uint32_t word() {
        std::uint32_t value = 0;
        for (unsigned shift = 0; shift < 32; shift += 8) {
            value |= std::uint32_t{byte()} << shift;
        }
        return value;
    }
    /** Some register's offset. */
    std::uint32_t place() {
        const std::vector<Register>& rows = dcss_.banks().front().bank->rows();
        const unsigned high = byte();
        const Register& row = rows[(high << 8 | byte()) % rows.size()];
        const std::uint32_t index = byte() % row.count;
        return row.offset + index * row.stride + (row.alias == Alias::none ? 0 : byte() % 4 * 4u);
    }
    void write(std::uint32_t offset, std::uint32_t value) {
        Transaction by;
        by.direction = Direction::write;
        static_cast<void>(dcss_.write(0, offset, value, 4, by));
    }

    void operate(unsigned which) {
        switch (which) {
            case 0:
            case 1:
            case 2: {
                const std::uint32_t offset = place();
                return write(offset, word());
            }
            case 3:
                static_cast<void>(dcss_.read(0, place(), 4, {}));
                return;
            case 4: {
                // An item of a list, near where lists of this guest begin.
                const std::uint32_t value = word();
                const auto address = static_cast<std::uint32_t>(dcss::bus_address) + place();
                const std::uint64_t item = 0x1000 + byte() * std::uint64_t{8};
                put(item, value);
                return put(item + 4, address);
            }
            case 5:
                shrink();
                host_.advance(dcss_, byte() * std::int64_t{500000});
                return count();
            case 6: {
                const std::vector<std::byte> state = dcss_.save();
                end_.sound = !dcss_.load(state) && end_.sound;
                return;
            }
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
    }

    /** Small pictures, on the screen and in memory: what is larger does the same more often. */
    void shrink() {
        using namespace dcss;
        const RegisterBank& bank = *dcss_.banks().front().bank;
        for (unsigned channel = 0; channel < channel_count; ++channel) {
            const std::uint32_t at = scaler::base + channel * scaler::stride;
            write(at + scaler::src_lum_res, bank.value(at + scaler::src_lum_res) & side_mask);
            write(at + scaler::src_chr_res, bank.value(at + scaler::src_chr_res) & side_mask);
            if ((bank.value(at + scaler::ctrl) & scaler::scale_to_memory) != 0) {
                write(at + scaler::dst_lum_res, bank.value(at + scaler::dst_lum_res) & side_mask);
            }
        }
        write(rdsrc::width, bank.value(rdsrc::width) & side_mask);
        write(rdsrc::height, bank.value(rdsrc::height) & side_mask);
        for (unsigned index = 0; index < dtrc::count; ++index) {
            for (const std::uint32_t half : {0u, dtrc::bank_stride}) {
                const std::uint32_t at = dtrc::base + index * dtrc::stride + half + dtrc::size;
                write(at, bank.value(at) & 0x000f000f);
            }
        }
    }
    void look() {
        if (end_.looks == looks_max) {
            return;
        }
        ++end_.looks;
        using namespace dcss;
        const RegisterBank& bank = *dcss_.banks().front().bank;
        shrink();
        const std::uint32_t top = bank.value(dtg::disp_top);
        write(dtg::disp_bot, top + (bank.value(dtg::disp_bot) & side_mask));
        const Screen screen = dcss_.compose();
        const Lines changed = dcss_.take_changes();
        end_.pictures += screen.pixels.empty() ? 0 : 1;
        end_.sound = end_.sound && screen.pixels.size() == std::size_t{screen.width} * screen.height &&
                     screen.width <= Channel::side_max && changed.first <= changed.end;
        count();
    }

    FakeHost host_;
    Anatop anatop_{host_};
    Dcss dcss_{host_};
    std::span<const std::uint8_t> input_;
    unsigned operations_ = 0;
    HostileDisplayEnd end_;
};

inline HostileDisplayEnd run_hostile_display(std::span<const std::uint8_t> input) {
    HostileDisplay display;
    return display.run(input);
}

}  // namespace svp::test
