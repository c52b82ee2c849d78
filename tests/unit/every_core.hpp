// SPDX-License-Identifier: GPL-2.0-or-later
/** Cores by the name of their type, and random accesses to any of them. */
#pragma once

#include <memory>
#include <string>

#include "catch.hpp"
#include "fake_host.hpp"
#include "interface/catalogue.hpp"
#include "svp/register_bank.hpp"

namespace svp::test {

/** A core in its power-on state, from the catalogue. */
inline std::unique_ptr<Device> make_core(Host& host, std::string_view type) {
    for (const CatalogueEntry& entry : catalogue()) {
        if (type == entry.type) {
            std::unique_ptr<Device> core = entry.create(host);
            core->reset();
            return core;
        }
    }
    FAIL("the catalogue has no " << type);
    return nullptr;
}

/** Deterministic numbers, the same on every host (splitmix64). */
class Random {
 public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t value = state_ += 0x9e3779b97f4a7c15;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
    std::uint64_t below(std::uint64_t limit) { return next() % limit; }
    bool one_in(std::uint64_t count) { return below(count) == 0; }

 private:
    std::uint64_t state_;
};

/** One random access inside a window, near a declared register more often than not, of one of the first @p
 * domains domains. A core without a window has none. */
inline void random_access(Device& device, Random& random, unsigned domains = 4) {
    const auto regions = device.regions();
    if (regions.empty()) {
        return;
    }
    const auto region = static_cast<unsigned>(random.below(regions.size()));
    const unsigned size = 1u << random.below(4);
    const std::uint64_t room = regions[region].size - size + 1;
    std::uint64_t offset = random.below(room);
    auto places = device.banks();
    std::erase_if(places, [region](const BankPlace& place) { return place.region != region; });
    if (!places.empty() && !random.one_in(8)) {
        const BankPlace& place = places[places.size() == 1 ? 0 : random.below(places.size())];
        const auto& rows = place.bank->rows();
        const Register& row = rows[random.below(rows.size())];
        offset = place.base + row.offset + random.below(row.count) * row.stride +
                 random.below(16) / (size < 4 ? 1 : 4) * 4;
        offset = offset < room ? offset : room - 1;
    }
    Transaction by;
    by.world = random.one_in(2) ? World::secure : World::non_secure;
    by.domain = static_cast<Domain>(random.below(4) % domains);
    by.size = size;
    if (random.one_in(3)) {
        static_cast<void>(device.read(region, offset, size, by));
        return;
    }
    std::uint64_t value = random.next();
    if (random.one_in(3)) {
        value = std::uint64_t{1} << random.below(64);
    } else if (random.one_in(4)) {
        value = random.one_in(2) ? ~std::uint64_t{0} : 0x3e770000 | random.below(256);
    }
    by.direction = Direction::write;
    static_cast<void>(device.write(region, offset, value, size, by));
}

}  // namespace svp::test
