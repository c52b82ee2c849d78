// SPDX-License-Identifier: GPL-2.0-or-later
/** libFuzzer's entry for the boot ROM: settings, then what lies at 33 KiB of a card. Nothing is read beyond
 * the card's end, nor loaded beyond a RAM's. Built with clang only; see tests/README.md. */
#include <algorithm>
#include <cstdlib>

#include "boot_card.hpp"

using namespace svp;
using namespace svp::test;

namespace {

bool inside_ram(std::uint64_t first, std::uint64_t length) {
    const auto inside = [=](std::uint64_t from, std::uint64_t end) {
        return first >= from && first + length <= end;
    };
    return inside(0x180000, 0x188000) || inside(0x7e0000, 0x820000) || inside(0x900000, 0x920000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 8) {
        return 0;
    }
    const BootSettings settings = {
        static_cast<BootMode>(data[0] % 3), static_cast<std::uint16_t>(data[1] << 8 | data[2] % 2),
        static_cast<std::uint32_t>(data[3]) << 24 | static_cast<std::uint32_t>(data[4]) << 8};
    FakeBoard board;
    // Cards that end in front of the header, behind it, and behind the image
    static const std::vector<std::uint8_t> whole = card_with({}, 0x20000);
    const auto end = whole.begin() + 0x2000 * (1 + data[6] % 16);
    FakeBoard::Slot& card = board.slots[data[5] % 2] = {BootType::sd, {whole.begin(), end}};
    const std::size_t room = card.content.size() > ivt_offset ? card.content.size() - ivt_offset : 0;
    std::copy_n(data + 8, std::min(size - 8, room), card.content.end() - static_cast<std::ptrdiff_t>(room));
    const auto result = run_boot_rom(settings, board);
    const bool good =
        !result || (inside_ram(board.loaded_at, board.loaded.size()) && result->entry >= board.loaded_at &&
                    result->entry - board.loaded_at < board.loaded.size());
    if (!board.sound || !good || board.lines.size() > 1 || (!result && board.lines.empty())) {
        std::abort();
    }
    return 0;
}
