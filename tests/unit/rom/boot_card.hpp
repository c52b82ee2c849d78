// SPDX-License-Identifier: GPL-2.0-or-later
/** Images for the boot ROM, as U-Boot's tools make them, and a board with such on its cards. */
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rom/boot_rom.hpp"

namespace svp::test {

/** Fields of an image's header; by default those of U-Boot 2025.01 for the EVK. */
struct ImageHeader {
    std::uint32_t header = 0x412000d1;
    std::uint32_t entry = 0x7e1000;
    std::uint32_t dcd = 0;
    std::uint32_t boot_data = 0x7e0fe0;
    std::uint32_t self = 0x7e0fc0;
    std::uint32_t csf = 0x7f2fc0;
    std::uint32_t start = 0x7e0bc0;
    std::uint32_t length = 0x14400;
    std::uint32_t plugin = 0;
};

inline void put_word(std::vector<std::uint8_t>& bytes, std::size_t at, std::uint32_t word) {
    for (std::size_t byte = 0; byte < 4; ++byte) {
        bytes.at(at + byte) = static_cast<std::uint8_t>(word >> (8 * byte));
    }
}

/** A card of @p size bytes with such a header at 33 KiB, and a byte that depends on its place everywhere
 * else. */
inline std::vector<std::uint8_t> card_with(const ImageHeader& header = {}, std::size_t size = 1 << 20) {
    std::vector<std::uint8_t> card(size);
    for (std::size_t at = 0; at < size; ++at) {
        card[at] = static_cast<std::uint8_t>(1 + at % 251);
    }
    const std::uint32_t ivt[] = {header.header,    header.entry, 0,          header.dcd,
                                 header.boot_data, header.self,  header.csf, 0};
    for (std::size_t n = 0; n < std::size(ivt); ++n) {
        put_word(card, 0x8400 + 4 * n, ivt[n]);
    }
    const std::uint64_t data = 0x8400 + std::uint64_t{header.boot_data} - header.self;
    if (header.boot_data >= header.self && data + 12 <= size) {
        put_word(card, data, header.start);
        put_word(card, data + 4, header.length);
        put_word(card, data + 8, header.plugin);
    }
    return card;
}

/** A board that notes what the ROM does. */
class FakeBoard : public BootMachine {
 public:
    struct Slot {
        BootType type;
        std::vector<std::uint8_t> content;
        bool broken = false;
    };

    std::optional<BootDevice> device(unsigned slot) override {
        const auto found = slots.find(slot);
        return found == slots.end()
                   ? std::nullopt
                   : std::optional(BootDevice{found->second.type, found->second.content.size()});
    }
    bool read(unsigned slot, std::uint64_t offset, std::span<std::uint8_t> data) override {
        const Slot& from = slots.at(slot);
        sound = sound && offset + data.size() <= from.content.size();
        if (!sound || from.broken) {
            return false;
        }
        std::copy_n(from.content.begin() + static_cast<std::ptrdiff_t>(offset), data.size(), data.begin());
        return true;
    }
    void load(std::uint32_t address, std::span<const std::uint8_t> data) override {
        loaded_at = address;
        loaded.assign(data.begin(), data.end());
    }
    void tell(const std::string& line) override { lines.push_back(line); }

    std::map<unsigned, Slot> slots;
    bool sound = true;  ///< no read has left its medium
    std::uint32_t loaded_at = 0;
    std::vector<std::uint8_t> loaded;
    std::vector<std::string> lines;
};

}  // namespace svp::test
