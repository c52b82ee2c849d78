// SPDX-License-Identifier: GPL-2.0-or-later
/** Fields of registers: in a bank of its own, and in every bank of the catalogue. */
#include <algorithm>
#include <set>

#include "../catch.hpp"
#include "../fake_host.hpp"
#include "interface/catalogue.hpp"
#include "svp/register_bank.hpp"

using namespace svp;
using namespace svp::test;

namespace {

const Transaction by_cpu{};

constexpr Field mode = {"MODE", 4, 3};
constexpr Field on = {"ON", 8};
constexpr Field state = {"STATE", 16, 2, FieldAccess::read_only};
constexpr Field done = {"DONE", 20, 1, FieldAccess::write_1_clear};
constexpr Field speed = {"SPEED", 24, 4, FieldAccess::unmodelled};
constexpr Field trace = {"TRACE", 31, 1, FieldAccess::unmodelled};

RegisterBank bank_with_fields(FakeHost& host) {
    return RegisterBank(
        host, "bank", 0x100,
        {{.offset = 0x00,
          .name = "CTRL",
          .reset = 0x00130000,
          .fields = {mode, on, state, done, speed, trace}},
         {.offset = 0x10, .name = "ROOT", .alias = Alias::set_clear_toggle, .count = 3, .stride = 0x10},
         {.offset = 0x80, .name = "ID", .reset = 7, .access = FieldAccess::read_only},
         {.offset = 0x84, .name = "EVENTS", .access = FieldAccess::write_1_clear},
         {.offset = 0x88, .name = "TUNING", .access = FieldAccess::unmodelled}});
}

/** How often something was logged about @p what. */
std::ptrdiff_t said(const FakeHost& host, std::string_view what) {
    return std::ranges::count_if(
        host.unimplemented, [what](const std::string& line) { return line.find(what) != std::string::npos; });
}

}  // namespace

TEST_CASE("a field has its place in a register", "[bus]") {
    CHECK(mode.mask() == 0x70);
    CHECK(Field{"ALL", 0, 32}.mask() == 0xffffffff);
    CHECK(Field{"TOP", 31}.mask() == 0x80000000);
    CHECK(mode.of(0xfd5) == 5);
    CHECK(mode.in(0xffffffff, 2) == 0xffffffaf);
    CHECK(mode.in(0, 0xf8) == 0);
    CHECK(bits_of({mode, on, trace}) == 0x80000170);
}

TEST_CASE("what software can do follows from the fields of a register", "[bus]") {
    FakeHost host;
    RegisterBank bank = bank_with_fields(host);
    bank.write(0, 0xffffffff, 4, by_cpu);
    CHECK(bank.value(0) == 0x8f030170);
    bank.write(0, 0, 4, by_cpu);
    CHECK(bank.value(0) == 0x00030000);
    bank.write(0x80, 0, 4, by_cpu);
    CHECK(bank.value(0x80) == 7);
    bank.set(0x84, 0xff);
    bank.write(0x84, 0x0f, 4, by_cpu);
    CHECK(bank.value(0x84) == 0xf0);
}

TEST_CASE("a core gets and sets single fields", "[bus]") {
    FakeHost host;
    RegisterBank bank = bank_with_fields(host);
    enum class Speed : std::uint8_t { slow = 3 };
    bank.set(0, mode, 6u);
    bank.set(0, on, true);
    bank.set(0, speed, Speed::slow);
    CHECK(bank.value(0) == 0x03130160);
    CHECK(bank.get(0, mode) == 6);
    CHECK(bank.get<bool>(0, on));
    CHECK(bank.get<Speed>(0, speed) == Speed::slow);
    bank.set(0, on, false);
    CHECK_FALSE(bank.get<bool>(0, on));
    CHECK(host.unimplemented.empty());
}

TEST_CASE("a field without effect is reported by its name when it changes, and only then", "[bus]") {
    FakeHost host;
    RegisterBank bank = bank_with_fields(host);
    bank.write(0, 0x170, 4, by_cpu);
    CHECK(host.unimplemented.empty());
    bank.write(0, 0x85000170, 4, by_cpu);
    CHECK(host.unimplemented.size() == 2);
    CHECK(said(host, "bank: write without effect at offset 0x000 (CTRL.SPEED), value 0x00000005") == 1);
    CHECK(said(host, "CTRL.TRACE") == 1);
    bank.write(0, 0x85000000, 4, by_cpu);
    CHECK(host.unimplemented.size() == 2);
    bank.write(0x88, 1, 4, by_cpu);
    CHECK(said(host, "(TUNING)") == 1);
}

TEST_CASE("registers have names for traces", "[bus]") {
    FakeHost host;
    const RegisterBank bank = bank_with_fields(host);
    CHECK(bank.name_at(0x00) == "CTRL");
    CHECK(bank.name_at(0x02) == "CTRL");
    CHECK(bank.name_at(0x24) == "ROOT[1].SET");
    CHECK(bank.name_at(0x38) == "ROOT[2].CLR");
    CHECK(bank.name_at(0x1c) == "ROOT[0].TOG");
    CHECK(bank.name_at(0x40) == "-");
    CHECK(bank.name_at(0x1000) == "-");
}

namespace {

/** Calls @p each (core, place, row, offset in the window) for the first register of every row of every bank
 * of every core. */
template <typename Each>
void for_every_row(const Each& each) {
    for (const CatalogueEntry& entry : catalogue()) {
        FakeHost host;
        const std::unique_ptr<Device> core = entry.create(host);
        core->reset();
        for (const BankPlace& place : core->banks()) {
            for (const Register& row : place.bank->rows()) {
                CAPTURE(entry.type, row.name);
                each(*core, place, row, place.base + row.offset);
            }
        }
    }
}

}  // namespace

TEST_CASE("every field of every bank of the catalogue is sound", "[bus]") {
    unsigned fields = 0;
    std::set<std::string> bad;
    for_every_row([&](Device&, const BankPlace&, const Register& row, std::uint64_t) {
        std::set<std::string_view> names;
        std::uint32_t named = 0;
        for (const Field& field : row.fields) {
            ++fields;
            const bool twice = !names.insert(field.name).second || (named & field.mask()) != 0;
            if (field.name.empty() || twice) {
                bad.insert(std::string(row.name) + "." + std::string(field.name));
            }
            named |= field.mask();
        }
        if (!row.fields.empty() && (row.read_only & ~named) != ~named) {
            bad.insert(std::string(row.name) + " has reserved bits that a write changes");
        }
    });
    CHECK(bad == std::set<std::string>{});
    CHECK(fields > 400);
}

TEST_CASE("writes to every bank of the catalogue leave reserved bits alone", "[bus]") {
    std::set<std::string> bad;
    for_every_row([&](Device& core, const BankPlace& place, const Register& row, std::uint64_t offset) {
        std::uint32_t named = row.fields.empty() ? ~0u : 0u;
        for (const Field& field : row.fields) {
            named |= field.mask();
        }
        // What a handler makes of a register is its own; the bank's part is what is stored.
        for (const std::uint32_t value : {0xffffffffu, 0u, 0xa5a5a5a5u}) {
            const std::uint32_t before = place.bank->value(row.offset);
            write32(core, offset, value, secure_access(), place.region);
            if (((before ^ place.bank->value(row.offset)) & ~named) != 0) {
                bad.insert(std::string(row.name));
            }
        }
        core.reset();
    });
    CHECK(bad == std::set<std::string>{});
}

TEST_CASE("fields without a handler take what is written, and clear or keep what they say", "[bus]") {
    std::set<std::string> bad;
    unsigned tried = 0;
    for_every_row([&](Device& core, const BankPlace& place, const Register& row, std::uint64_t offset) {
        if (row.on_write || row.lock.bits) {
            return;
        }
        for (const Field& field : row.fields) {
            const std::uint32_t before = place.bank->value(row.offset);
            write32(core, offset, before ^ field.mask(), secure_access(), place.region);
            const std::uint32_t changed = before ^ place.bank->value(row.offset);
            const bool writable =
                field.access == FieldAccess::read_write || field.access == FieldAccess::unmodelled;
            const std::uint32_t expected = writable ? field.mask() : 0;
            if ((changed & field.mask()) != expected) {
                bad.insert(std::string(row.name) + "." + std::string(field.name));
            }
            write32(core, offset, before, secure_access(), place.region);
            ++tried;
        }
    });
    CHECK(bad == std::set<std::string>{});
    CHECK(tried > 250);
}
