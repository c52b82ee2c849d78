// SPDX-License-Identifier: GPL-2.0-or-later
#include "../catch.hpp"
#include "../fake_host.hpp"
#include "svp/register_bank.hpp"

using namespace svp;
using svp::test::FakeHost;

namespace {

const Transaction by_cpu{};

RegisterBank small_bank(FakeHost& host) {
    return RegisterBank(
        host, "bank", 0x100,
        {
            {.offset = 0x00, .name = "CTRL", .reset = 0x12345678, .read_only = 0xff000000},
            {.offset = 0x04, .name = "STAT", .reset = 0x0f, .write_1_clear = 0x0f},
            {.offset = 0x10, .name = "ROOT", .alias = Alias::set_clear_toggle, .count = 2, .stride = 0x20},
            {.offset = 0x80, .name = "ODD", .kind = Kind::unmodelled},
        });
}

}  // namespace

TEST_CASE("reset values and masks of a register bank", "[bus]") {
    FakeHost host;
    RegisterBank bank = small_bank(host);
    CHECK(bank.read(0, 4, by_cpu) == 0x12345678);
    bank.write(0, 0xffffffff, 4, by_cpu);
    CHECK(bank.read(0, 4, by_cpu) == 0x12ffffff);
    bank.write(4, 0x05, 4, by_cpu);
    CHECK(bank.read(4, 4, by_cpu) == 0x0a);
    bank.reset();
    CHECK(bank.read(0, 4, by_cpu) == 0x12345678);
    CHECK(bank.read(4, 4, by_cpu) == 0x0f);
}

TEST_CASE("byte lanes reach only their bits", "[bus]") {
    FakeHost host;
    RegisterBank bank = small_bank(host);
    bank.write(1, 0xab, 1, by_cpu);
    CHECK(bank.read(0, 4, by_cpu) == 0x1234ab78);
    CHECK(bank.read(1, 1, by_cpu) == 0xab);
    CHECK(bank.read(2, 2, by_cpu) == 0x1234);
    bank.write(4, 0x0f, 1, by_cpu);
    CHECK(bank.value(4) == 0);
    SECTION("an access over two words touches both") {
        bank.write(0, 0x00000000'00cdef01, 8, by_cpu);
        CHECK(bank.read(0, 8, by_cpu) == 0x00000000'12cdef01);
    }
}

TEST_CASE("SET, CLR and TGL aliases act on every register of a row", "[bus]") {
    FakeHost host;
    RegisterBank bank = small_bank(host);
    for (std::uint32_t base : {0x10u, 0x30u}) {
        bank.write(base, 0xf0, 4, by_cpu);
        bank.write(base + 4, 0x0f, 4, by_cpu);
        bank.write(base + 8, 0x81, 4, by_cpu);
        bank.write(base + 12, 0x03, 4, by_cpu);
        CHECK(bank.read(base, 4, by_cpu) == 0x7d);
        CHECK(bank.read(base + 8, 4, by_cpu) == 0x7d);
    }
    bank.write(0x34, 0x100, 4, by_cpu);
    CHECK(bank.value(0x10) == 0x7d);
    CHECK(bank.value(0x30) == 0x17d);
}

TEST_CASE("handlers see index, lanes and values", "[bus]") {
    FakeHost host;
    std::vector<WriteEvent> events;
    RegisterBank bank(host, "bank", 0x40,
                      {{.offset = 0x10,
                        .name = "ROW",
                        .count = 3,
                        .stride = 8,
                        .on_read = [](std::uint32_t index, std::uint32_t stored) { return stored + index; },
                        .on_write = [&](const WriteEvent& event) { events.push_back(event); }}});
    bank.write(0x18, 7, 4, by_cpu);
    CHECK(bank.read(0x18, 4, by_cpu) == 8);
    CHECK(bank.read(0x20, 4, by_cpu) == 2);
    REQUIRE(events.size() == 1);
    CHECK(events[0].index == 1);
    CHECK(events[0].before == 0);
    CHECK(events[0].after == 7);
    CHECK(events[0].lanes == 0xffffffff);
}

TEST_CASE("holes and unmodelled registers are reported", "[bus]") {
    FakeHost host;
    RegisterBank bank = small_bank(host);
    CHECK(bank.read(0x40, 4, by_cpu) == 0);
    bank.write(0x44, 1, 4, by_cpu);
    CHECK(host.guest_errors.size() == 2);
    bank.write(0x80, 1, 4, by_cpu);
    CHECK(bank.read(0x80, 4, by_cpu) == 1);
    CHECK(host.unimplemented.size() == 1);
    SECTION("an offset past the window is a hole, not an overrun") {
        CHECK(bank.read(0xfe, 8, by_cpu) == 0);
        bank.write(0xfffffffc, 1, 8, by_cpu);
        CHECK(host.guest_errors.size() > 2);
    }
}

TEST_CASE("saved state of a bank round-trips and refuses other layouts", "[bus]") {
    FakeHost host;
    RegisterBank bank = small_bank(host);
    bank.write(0x30, 0xdeadbeef, 4, by_cpu);
    Archive out;
    bank.exchange(out);
    const auto bytes = out.take();

    RegisterBank twin = small_bank(host);
    Archive in(bytes);
    twin.exchange(in);
    CHECK(in.ok());
    CHECK(in.exhausted());
    CHECK(twin.value(0x30) == 0xdeadbeef);

    RegisterBank other(host, "other", 0x10, {{.offset = 0, .name = "ONE"}});
    Archive wrong(bytes);
    other.exchange(wrong);
    CHECK_FALSE(wrong.ok());

    Archive cut{std::span<const std::byte>(bytes).first(bytes.size() - 1)};
    twin.exchange(cut);
    CHECK_FALSE(cut.ok());
}

TEST_CASE("an archive keeps its limits", "[bus]") {
    Archive out;
    std::uint8_t number = 200;
    bool flag = true;
    std::vector<std::uint16_t> items{1, 2, 65535};
    out.value(number);
    out.value(flag);
    out.list(items, 8);
    const auto bytes = out.take();
    SECTION("round trip") {
        Archive in(bytes);
        std::uint8_t got = 0;
        bool got_flag = false;
        std::vector<std::uint16_t> got_items;
        in.value(got);
        in.value(got_flag);
        in.list(got_items, 8);
        CHECK(in.ok());
        CHECK(got == 200);
        CHECK(got_flag);
        CHECK(got_items == items);
        CHECK(in.exhausted());
    }
    SECTION("value out of range") {
        Archive in(bytes);
        std::uint8_t got = 7;
        in.value(got, 100);
        CHECK_FALSE(in.ok());
        CHECK(got == 7);
    }
    SECTION("list too long") {
        Archive in(bytes);
        std::uint8_t got = 0;
        bool got_flag = false;
        std::vector<std::uint16_t> got_items;
        in.value(got);
        in.value(got_flag);
        in.list(got_items, 2);
        CHECK_FALSE(in.ok());
        CHECK(got_items.empty());
    }
}

TEST_CASE(
    "rights of an access: bits that are withheld stay, handlers do not see them, and somebody hears of it",
    "[bus]") {
    FakeHost host;
    std::vector<std::uint32_t> written;
    const auto note = [&](const WriteEvent& event) { written.push_back(event.written); };
    RegisterBank bank(host, "bank", 0x100,
                      {{.offset = 0x00, .name = "PLAIN", .reset = 0xff, .read_only = 0xf0000000},
                       {.offset = 0x04, .name = "STAT", .reset = 0x0f, .write_1_clear = 0x0f},
                       {.offset = 0x08, .name = "COMMAND", .read_only = all_bits, .on_write = note},
                       {.offset = 0x10, .name = "ROOT", .alias = Alias::set_clear_toggle},
                       {.offset = 0x20, .name = "WHO", .on_read = [](const ReadEvent& event) {
                            return event.by.world == World::secure ? 0xabu : 0xcdu;
                        }}});
    std::vector<std::uint32_t> withheld;
    bank.set_rights(
        [](std::uint32_t, const Transaction& by) {
            return by.world == World::secure ? RegisterRights{} : RegisterRights{0xffff, 0x3};
        },
        [&](std::uint32_t offset, const Transaction&) { withheld.push_back(offset); });
    Transaction other;
    other.world = World::non_secure;
    const auto refused = [&] { return std::exchange(withheld, {}).size(); };
    bank.write(0, 0xfc, 4, other);
    CHECK(bank.value(0) == 0xfc);
    CHECK(refused() == 0);  // nothing that is not the writer's would have changed
    bank.write(0, 0xf0000000, 4, other);
    CHECK(bank.value(0) == 0xfc);
    CHECK(refused() == 1);
    bank.write(3, 0xf0, 1, other);
    CHECK(refused() == 0);  // read-only bits, which nobody changes
    bank.write(4, 0x0f, 4, other);
    CHECK(bank.value(4) == 0x0c);
    CHECK(refused() == 1);
    bank.write(4, 0x00, 4, other);
    CHECK(refused() == 0);
    bank.write(8, 0x7, 4, other);
    bank.write(8, 0x4, 4, other);
    bank.write(8, 0x4, 4, by_cpu);
    CHECK(written == std::vector<std::uint32_t>{0x3, 0x0, 0x4});
    CHECK(refused() == 2);
    bank.write(0x14, 0x5, 4, other);
    CHECK(bank.value(0x10) == 1);
    CHECK(refused() == 1);
    bank.write(0x18, 0x4, 4, other);
    CHECK(refused() == 1);
    CHECK(bank.read(0x20, 4, other) == 0xcd);
    CHECK(bank.read(0x20, 4, by_cpu) == 0xab);
    bank.set(0, 0x12345);
    CHECK(bank.read(0, 4, other) == 0x2345);
    CHECK(refused() == 1);
    CHECK(bank.read(0, 8, by_cpu) == 0xc'00012345);
    CHECK(refused() == 0);
}
