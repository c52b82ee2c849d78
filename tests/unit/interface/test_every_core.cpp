// SPDX-License-Identifier: GPL-2.0-or-later
/** What holds for every core of the catalogue: reset values, saved states that are none, hostile accesses.
 * What a core does after a good one was loaded is in test_saved_state.cpp. */
#include "../every_core.hpp"
#include "../fuzz_operations.hpp"

using namespace svp;
using namespace svp::test;

namespace {

void random_state(Device& core, FakeHost& host, Random& random, unsigned long steps, unsigned domains = 4) {
    for (unsigned long step = 0; step < steps; ++step) {
        random_access(core, random, domains);
        if (core.irq_inputs() != 0 && random.one_in(4)) {
            core.set_input(static_cast<unsigned>(random.below(core.irq_inputs())), random.one_in(2));
        }
        if (random.one_in(8)) {
            host.halted[static_cast<unsigned>(random.below(4))] = random.one_in(2);
            host.advance(core, static_cast<std::int64_t>(random.below(200'000)));
        }
        if (host.guest_errors.size() + host.unimplemented.size() > 1000) {
            host.guest_errors.clear();
            host.unimplemented.clear();
        }
    }
}

/** Everything that a guest can read, word by word: registers, and what of a window no bank declares. */
std::vector<std::uint32_t> all_words(Device& core) {
    std::vector<std::uint32_t> words;
    std::vector<bool> has_bank(core.regions().size());
    for (const BankPlace& place : core.banks()) {
        has_bank[place.region] = true;
        for (const Register& row : place.bank->rows()) {
            for (std::uint32_t index = 0; index < row.count; ++index) {
                const std::uint64_t offset = place.base + row.offset + index * row.stride;
                words.push_back(read32(core, offset, secure_access(), place.region));
            }
        }
    }
    for (unsigned region = 0; region < core.regions().size(); ++region) {
        for (std::uint64_t offset = 0; !has_bank[region] && offset < core.regions()[region].size;
             offset += 4) {
            words.push_back(read32(core, offset, secure_access(), region));
        }
    }
    return words;
}

}  // namespace

TEST_CASE("every declared register of a fresh core reads its declared reset value", "[interface]") {
    for (const CatalogueEntry& entry : catalogue()) {
        FakeHost host;
        const auto core = make_core(host, entry.type);
        for (const BankPlace& place : core->banks()) {
            CAPTURE(entry.type, place.region, place.base);
            CHECK(place.base + place.bank->size() <= core->regions()[place.region].size);
            for (const Register& row : place.bank->rows()) {
                // The CCM's boot settings and the fuses differ from one register of a row to the next.
                const bool varies = row.name == "TARGET_ROOT" || (row.offset >= 0x400 && row.stride == 0x10);
                unsigned wrong = 0;
                for (std::uint32_t index = 0; index < row.count && !row.on_read && !varies; ++index) {
                    const std::uint64_t offset = place.base + row.offset + index * row.stride;
                    wrong += read32(*core, offset, secure_access(), place.region) != row.reset ? 1 : 0;
                }
                CAPTURE(row.name);
                CHECK(wrong == 0);
            }
        }
        CHECK(host.guest_errors.empty());
    }
}

TEST_CASE("bad saved states are refused and nothing crashes", "[interface]") {
    for (const CatalogueEntry& entry : catalogue()) {
        const std::string_view type = entry.type;
        CAPTURE(entry.type);
        FakeHost host;
        Random random(77);
        const auto core = make_core(host, type);
        random_state(*core, host, random, 200);
        const auto state = core->save();

        FakeHost twin_host;
        const auto twin = make_core(twin_host, type);
        const std::span<const std::byte> bytes(state);
        unsigned accepted = 0;
        for (std::size_t length = 0; length < state.size();
             length += length < 64 ? 1 : 1 + state.size() / 50) {
            accepted += twin->load(bytes.first(length)).has_value() ? 0 : 1;
        }
        CHECK(accepted == 0);

        auto longer = state;
        longer.push_back(std::byte{0});
        CHECK(twin->load(longer).has_value());

        auto other_version = state;
        other_version[0] = std::byte{0x7f};
        CHECK(twin->load(other_version).has_value());

        // Flipped bits may still be a legal state; then the core must work on.
        for (unsigned round = 0; round < 200; ++round) {
            auto garbled = state;
            for (unsigned flips = 0; flips < 8; ++flips) {
                garbled[random.below(garbled.size())] ^= static_cast<std::byte>(1u << random.below(8));
            }
            static_cast<void>(twin->load(garbled));
            random_state(*twin, twin_host, random, 20);
        }
        CHECK_FALSE(twin->load(state).has_value());
        CHECK(twin->save() == state);
    }
}

TEST_CASE("a core that does not ask for the domain refuses nothing, and is the same to all", "[interface]") {
    for (const CatalogueEntry& entry : catalogue()) {
        if (entry.asks_domain) {
            continue;
        }
        CAPTURE(entry.type);
        FakeHost host, other_host;
        Random random(0xd0), same(0xd0);
        const auto core = make_core(host, entry.type);
        const auto other = make_core(other_host, entry.type);
        random_state(*core, host, random, fuzz_operations() / 20);
        random_state(*other, other_host, same, fuzz_operations() / 20, 1);
        CHECK(host.refusals.empty());
        CHECK(core->save() == other->save());
    }
}

TEST_CASE("random accesses never crash a core, and a reset undoes them", "[interface]") {
    for (const CatalogueEntry& entry : catalogue()) {
        const std::string_view type = entry.type;
        CAPTURE(entry.type);
        FakeHost host;
        Random random(0x5eed);
        const auto core = make_core(host, type);
        const auto fresh = all_words(*core);
        random_state(*core, host, random, fuzz_operations());
        for (unsigned line = 0; line < core->irq_inputs(); ++line) {
            core->set_input(line, false);
        }
        core->reset();  // whose causes the SRC collects
        host.deadlines.clear();
        core->reset();
        const bool battery = type == "imx8mq.snvs";
        if (type != "imx8mq.ocotp" && type != "imx8mq.system-counter" &&
            !battery) {  // fuses and time do not go back
            CHECK(all_words(*core) == fresh);
        }
        CHECK((battery || host.deadlines.empty()));
    }
}
