// SPDX-License-Identifier: GPL-2.0-or-later
/** The boot ROM: what it takes for an image, and what it does with good ones and bad ones. */
#include "../catch.hpp"
#include "boot_card.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr BootSettings from_sd = {BootMode::internal, 0x1400, 0};
constexpr BootSettings from_emmc = {BootMode::internal, 0x2000, 0};
constexpr const char* waits = "serial download, which is not modelled: nothing runs";

BootImageCheck check(const ImageHeader& header) {
    const auto card = card_with(header);
    return check_boot_image(std::span(card).subspan(ivt_offset, boot_head_size));
}

}  // namespace

TEST_CASE("U-Boot's image is loaded and entered", "[rom]") {
    FakeBoard board;
    board.slots[1] = {BootType::sd, card_with()};
    const auto result = run_boot_rom(from_sd, board);
    REQUIRE(result);
    CHECK(result->entry == 0x7e1000);
    CHECK(board.loaded_at == 0x7e0bc0);
    REQUIRE(board.loaded.size() == 0x14400);
    const auto& card = board.slots[1].content;
    CHECK(std::equal(board.loaded.begin(), board.loaded.end(), card.begin() + 0x8000));
    CHECK(board.lines.empty());
    CHECK(result->record[1] == 1);
    CHECK(result->record[2] == 1);
}

TEST_CASE("the record names the eMMC", "[rom]") {
    FakeBoard board;
    board.slots[0] = {BootType::mmc, card_with()};
    const auto result = run_boot_rom(from_emmc, board);
    REQUIRE(result);
    CHECK(result->record[1] == 0);
    CHECK(result->record[2] == 2);
    CHECK(board.lines.empty());
}

TEST_CASE("images that cannot be loaded are refused with a reason", "[rom]") {
    struct Row {
        const char* reason;
        ImageHeader header;
    };
    const Row rows[] = {
        {"no image at 33 KiB", {.header = 0}},
        {"no image at 33 KiB", {.header = 0xffffffff}},
        {"no image at 33 KiB", {.header = 0x412000d2}},
        {"no image at 33 KiB", {.header = 0x412100d1}},
        {"no image at 33 KiB", {.header = 0x412001d1}},
        {"no image at 33 KiB", {.header = 0x512000d1}},
        {"boot data (0x7e0fbc)", {.boot_data = 0x7e0fbc}},
        {"boot data (0x7e1fb5)", {.boot_data = 0x7e1fb5}},
        {"boot data (0xffffffff)", {.boot_data = 0xffffffff}},
        {"without length", {.length = 0}},
        {"no RAM", {.start = 0x7dffff}},
        {"no RAM", {.length = 0x40000}},
        {"no RAM", {.length = 0xffffffff}},
        {"no DRAM works yet", {.start = 0xffffffff, .length = 2}},
        {"no RAM", {.start = 0x920000, .length = 0x1000}},
        {"80000 bytes for 0x912000", {.start = 0x912000, .length = 80000}},
        {"no DRAM works yet", {.start = 0x40000000}},
        {"does not fit its header's place", {.start = 0x7e1000}},
        {"does not fit its header's place", {.length = 0x400}},
        {"does not fit its header's place", {.start = 0x180000, .length = 0x8000}},
        {"its header's place (0x7f4fe0)", {.boot_data = 0x7f5000, .self = 0x7f4fe0}},
        {"entry (0x7e0bbc)", {.entry = 0x7e0bbc}},
        {"entry (0x7f4fc0)", {.entry = 0x7f4fc0}},
        {"entry (0x7e1002)", {.entry = 0x7e1002}},
        {"plug-in", {.plugin = 1}},
        {"DCD", {.dcd = 0x7e0fec}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.reason);
        const BootImageCheck result = check(row.header);
        CHECK_FALSE(result.image);
        CHECK(result.problem.find(row.reason) != std::string::npos);
    }
}

TEST_CASE("images at the edges of what is possible are taken", "[rom]") {
    SECTION("boot data at the end of the head") {
        CHECK(check({.boot_data = 0x7e0fc0 + 4096 - 12}).image);
    }
    SECTION("the whole TCM") {
        const auto image =
            check({.boot_data = 0x7e0420, .self = 0x7e0400, .start = 0x7e0000, .length = 0x40000}).image;
        REQUIRE(image);
        CHECK(image->source == 0x8000);
        CHECK(image->length == 0x40000);
    }
    SECTION("an image that begins with its header") {
        const auto image = check({.start = 0x7e0fc0, .length = 0x1000}).image;
        REQUIRE(image);
        CHECK(image->source == 0x8400);
    }
    SECTION("any version") {
        CHECK(check({.header = 0x402000d1}).image);
    }
    SECTION("too short a head") {
        const auto card = card_with();
        CHECK_FALSE(check_boot_image(std::span(card).subspan(ivt_offset, boot_head_size - 1)).image);
    }
}

TEST_CASE("a bad image falls through to the other slot, then to serial download", "[rom]") {
    FakeBoard board;
    SECTION("nothing in either") {
        CHECK_FALSE(run_boot_rom(from_sd, board));
        CHECK(board.lines ==
              std::vector<std::string>{"boot ROM: uSDHC2: nothing there; uSDHC1: nothing there; " +
                                       std::string(waits)});
    }
    SECTION("an empty card") {
        board.slots[1] = {BootType::sd, std::vector<std::uint8_t>(1 << 20)};
        CHECK_FALSE(run_boot_rom(from_sd, board));
        CHECK(board.lines ==
              std::vector<std::string>{"boot ROM: uSDHC2 (SD): no image at 33 KiB; uSDHC1: nothing "
                                       "there; " +
                                       std::string(waits)});
    }
    SECTION("the eMMC has one") {
        board.slots[0] = {BootType::mmc, card_with()};
        board.slots[1] = {BootType::sd, card_with({.plugin = 1})};
        const auto result = run_boot_rom(from_sd, board);
        REQUIRE(result);
        CHECK(result->record[2] == 2);
        REQUIRE(board.lines.size() == 1);
        CHECK(board.lines[0].find("uSDHC2 (SD): a plug-in") != std::string::npos);
        CHECK(board.lines[0].find("booting from uSDHC1 (eMMC)") != std::string::npos);
    }
    SECTION("the eMMC is first") {
        board.slots[0] = {BootType::mmc, card_with({.length = 0})};
        board.slots[1] = {BootType::sd, card_with()};
        const auto result = run_boot_rom(from_emmc, board);
        REQUIRE(result);
        CHECK(result->record[1] == 1);
        CHECK(result->record[2] == 1);
    }
    CHECK(board.sound);
}

TEST_CASE("a card that ends too early is not read beyond its end", "[rom]") {
    FakeBoard board;
    SECTION("before the header") {
        board.slots[1] = {BootType::sd, card_with({}, ivt_offset + boot_head_size - 1 + 4096)};
        board.slots[1].content.resize(ivt_offset + boot_head_size - 1);
        CHECK_FALSE(run_boot_rom(from_sd, board));
        CHECK(board.lines.at(0).find("too small") != std::string::npos);
    }
    SECTION("within the image") {
        board.slots[1] = {BootType::sd, card_with()};
        board.slots[1].content.resize(0x8000 + 0x14400 - 1);
        CHECK_FALSE(run_boot_rom(from_sd, board));
        CHECK(board.lines.at(0).find("cut off: 82944 bytes, 82943 are there") != std::string::npos);
    }
    SECTION("with it") {
        board.slots[1] = {BootType::sd, card_with()};
        board.slots[1].content.resize(0x8000 + 0x14400);
        CHECK(run_boot_rom(from_sd, board));
    }
    SECTION("zeros behind the header") {
        board.slots[1] = {BootType::sd, card_with()};
        std::fill(board.slots[1].content.begin() + 0x8440, board.slots[1].content.end(), std::uint8_t{0});
        CHECK_FALSE(run_boot_rom(from_sd, board));
        CHECK(board.lines.at(0).find("without code") != std::string::npos);
    }
    SECTION("a medium that cannot be read") {
        board.slots[1] = {BootType::sd, card_with(), true};
        CHECK_FALSE(run_boot_rom(from_sd, board));
        CHECK(board.lines.at(0).find("cannot be read") != std::string::npos);
    }
    CHECK(board.sound);
    CHECK(board.lines.size() <= 1);
}

TEST_CASE("images for other chips are called by their names", "[rom]") {
    struct Row {
        std::size_t at;
        std::uint32_t header;
        const char* chips;
    };
    for (const Row row :
         {Row{0x8000, 0x412000d1, "i.MX 8M Nano or Plus"}, Row{0x8000, 0x87022000, "i.MX 8, 8X or 9"},
          Row{0x400, 0x402000d1, "i.MX 6 or 7"}}) {
        CAPTURE(row.chips);
        FakeBoard board;
        board.slots[1] = {BootType::sd, std::vector<std::uint8_t>(1 << 20)};
        put_word(board.slots[1].content, row.at, row.header);
        CHECK_FALSE(run_boot_rom(from_sd, board));
        CHECK(board.lines.at(0).find(row.chips) != std::string::npos);
    }
}

TEST_CASE("pins and fuses name the device", "[rom]") {
    FakeBoard board;
    board.slots[0] = {BootType::mmc, card_with()};
    board.slots[1] = {BootType::sd, card_with()};
    CHECK(boot_cfg_of(BootType::sd, 1) == 0x1400);
    CHECK(boot_cfg_of(BootType::mmc, 0) == 0x2000);
    SECTION("serial download, whatever is there") {
        CHECK_FALSE(run_boot_rom({BootMode::serial_download, 0x1400, 0}, board));
        CHECK(board.lines == std::vector<std::string>{"boot ROM: so its pins say; " + std::string(waits)});
    }
    SECTION("fuses that nobody has blown") {
        CHECK_FALSE(run_boot_rom({BootMode::fuses, 0x1400, 0x00001400}, board));
        CHECK(board.lines.at(0).find("none is blown") != std::string::npos);
    }
    SECTION("fuses that say eMMC, against the pins") {
        const auto result = run_boot_rom({BootMode::fuses, 0x1400, 0x10002000}, board);
        REQUIRE(result);
        CHECK(result->record[2] == 2);
    }
    SECTION("a device that is not modelled") {
        CHECK_FALSE(run_boot_rom({BootMode::internal, 0x4000, 0}, board));
        CHECK(board.lines.at(0).find("not modelled") != std::string::npos);
    }
    SECTION("a slot that the chip does not have") {
        CHECK_FALSE(run_boot_rom({BootMode::internal, 0x1800, 0}, board));
        CHECK(board.lines.at(0).find("uSDHC3") != std::string::npos);
    }
}
