// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/report.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "dcss/channel.hpp"
#include "dcss/registers.hpp"

namespace svp::dcss {

namespace {

std::string_view format_of(const Channel& channel) {
    const bool eight = channel.depth == Depth::eight;
    switch (channel.coding) {
        case Coding::planes:
            return eight                                 ? "yuv-420-8"
                   : channel.depth == Depth::ten_of_high ? "yuv-420-10-of-16"
                                                         : "yuv-420-10";
        case Coding::pairs:
            return "yuv-422-8";
        case Coding::words:
            break;
    }
    return channel.yuv ? "yuv-444-8" : eight ? "rgb-8" : "rgb-10";
}

std::string_view tiling_of(const Channel& channel) {
    switch (channel.tiling) {
        case Tiling::gpu_tile:
            return "gpu-tiles";
        case Tiling::gpu_super_tile:
            return "gpu-super-tiles";
        case Tiling::decoder_tile:
            return "decoder-tiles";
        case Tiling::decoder_wide:
            return "decoder-wide-tiles";
        case Tiling::linear:
            break;
    }
    return "linear";
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    constexpr std::uint32_t polynomial = 0xedb88320;  // bits reversed
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t rest = byte;
        for (unsigned bit = 0; bit < 8; ++bit) {
            rest = rest >> 1 ^ ((rest & 1) != 0 ? polynomial : 0);
        }
        table[byte] = rest;
    }
    return table;
}
constexpr std::array<std::uint32_t, 256> crc_table = make_crc_table();

}  // namespace

void report_channel(std::vector<Counter>& to, const RegisterBank& bank, unsigned number) {
    const Channel channel = Channel::of(bank, number);
    const bool runs = channel.fetches;
    const bool known = runs && channel.unmodelled.empty();
    const std::string name = "channels." + std::to_string(number) + ".";
    const auto add_number = [&](std::string_view what, std::uint64_t value) {
        to.push_back({name + std::string(what), known ? value : 0});
    };
    const auto add_text = [&](std::string_view what, std::string_view value) {
        to.push_back({name + std::string(what), std::string(value)});
    };
    to.push_back({name + "fetches", runs});
    to.push_back({name + "shows", known && channel.shows});
    to.push_back({name + "from-memory", channel.from_memory});
    add_text("unmodelled", runs ? channel.unmodelled : std::string_view());
    add_text("format", known ? format_of(channel) : std::string_view());
    add_text("tiling", known ? tiling_of(channel) : std::string_view());
    add_number("address", channel.planes[0].base);
    add_number("chroma-address", channel.planes[1].base);
    add_number("pitch", channel.planes[0].pitch);
    add_number("width", channel.source.width);
    add_number("height", channel.source.height);
    add_number("screen-width", channel.scaled.width);
    add_number("screen-height", channel.scaled.height);
}

std::uint32_t crc_of(std::span<const std::uint32_t> words) {
    std::uint32_t rest = ~0u;
    for (const std::uint32_t word : words) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            rest = rest >> 8 ^ crc_table[(rest ^ word >> shift) & 0xff];
        }
    }
    return ~rest;
}

void FrameCrcs::add(std::uint64_t frame, std::uint32_t crc) {
    std::rotate(entries_.begin(), entries_.end() - 1, entries_.end());
    entries_[0] = {frame, crc};
}

void FrameCrcs::report(std::vector<Counter>& to) const {
    for (std::size_t i = 0; i < kept; ++i) {
        const std::string name = "crcs." + std::to_string(i) + ".";
        to.push_back({name + "frame", entries_[i].frame});
        to.push_back({name + "crc", std::uint64_t{entries_[i].crc}});
    }
}

}  // namespace svp::dcss
