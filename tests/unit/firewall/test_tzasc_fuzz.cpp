// SPDX-License-Identifier: GPL-2.0-or-later
/** Random register traffic from both worlds: nothing crashes, and no lock is undone without a reset. */
#include <random>

#include "../catch.hpp"
#include "../fuzz_operations.hpp"
#include "tzasc_board.hpp"

using namespace svp;
using namespace svp::test;

namespace {

using Random = std::mt19937_64;

/** What a secure observer sees of everything that can be locked. */
struct Picture {
    std::uint32_t region[16][3];
    std::uint32_t range, select, inversion, speculation;
    std::uint32_t gpr1, gpr10, gpr11;
};

Picture look(TzascBoard& board) {
    Picture picture{};
    for (unsigned number = 0; number < 16; ++number) {
        picture.region[number][0] = read32(board.tzc, tzc_low(number));
        picture.region[number][1] = read32(board.tzc, tzc_high(number));
        picture.region[number][2] = read32(board.tzc, tzc_attributes(number));
    }
    picture.range = read32(board.tzc, tzc_lockdown_range);
    picture.select = read32(board.tzc, tzc_lockdown_select);
    picture.inversion = read32(board.tzc, tzc_inversion);
    picture.speculation = read32(board.tzc, tzc_speculation);
    picture.gpr1 = read32(board.gpr, gpr1);
    picture.gpr10 = read32(board.gpr, gpr10);
    picture.gpr11 = read32(board.gpr, gpr11);
    return picture;
}

/** First lock that @p after breaks, empty if none. @p pin: secure_boot_lock was high since the reset. */
std::string broken_lock(const Picture& before, const Picture& after, bool pin) {
    for (unsigned number = 0; number < 16; ++number) {
        const bool locked = before.range >> 31 != 0 && number + (before.range & 0xf) >= 15;
        for (unsigned word = 0; locked && word < 3; ++word) {
            if (before.region[number][word] != after.region[number][word]) {
                return "region " + std::to_string(number);
            }
        }
    }
    if ((before.select & 1) != 0 && before.range != after.range) {
        return "lockdown_range";
    }
    if ((before.select & 2) != 0 && before.inversion != after.inversion) {
        return "security_inversion_en";
    }
    if ((before.select & 4) != 0 && before.speculation != after.speculation) {
        return "speculation_control";
    }
    if (pin && before.select != after.select) {
        return "lockdown_select";
    }
    for (unsigned bit = 0; bit < 14; ++bit) {
        const std::uint32_t pair = 0x10001u << bit;
        if (bit < 4 && (before.gpr10 >> (16 + bit) & 1) != 0 && ((before.gpr10 ^ after.gpr10) & pair) != 0) {
            return "GPR10 bit " + std::to_string(bit);
        }
        if ((0x3c3f >> bit & 1) != 0 && (before.gpr11 >> (16 + bit) & 1) != 0 &&
            ((before.gpr11 ^ after.gpr11) & pair) != 0) {
            return "GPR11 bit " + std::to_string(bit);
        }
    }
    return {};
}

bool same_tzc(const Picture& one, const Picture& other) {
    return std::equal(&one.region[0][0], &one.region[0][0] + 48, &other.region[0][0]) &&
           one.range == other.range && one.select == other.select && one.inversion == other.inversion &&
           one.speculation == other.speculation;
}

struct Access {
    bool tzc;
    std::uint64_t offset;
    unsigned size;
    std::uint64_t value;
    bool write;
    World world;
};

Access any_access(Random& random) {
    Access access{};
    access.tzc = random() % 4 != 0;
    access.size = 1u << random() % 4;
    access.write = random() % 4 != 0;
    access.world = random() % 3 == 0 ? World::non_secure : World::secure;
    access.value = random() % 3 == 0 ? ~std::uint64_t{0} << random() % 64 : random();
    const std::uint64_t window = 0x10000 - 8;
    switch (random() % 8) {
        case 0:
            access.offset = random() % window;
            break;
        case 1:
            access.offset = random() % 0x1000;
            break;
        default:
            access.offset = access.tzc ? (random() % 2 == 0 ? random() % 0x40 : 0x100 + random() % 0x100)
                                       : (random() % 3 == 0 ? random() % 0xc0 : 0x28 + random() % 8);
            break;
    }
    return access;
}

void run(TzascBoard& board, const Access& access) {
    Transaction by = TzascBoard::at(0, access.write ? Direction::write : Direction::read, access.world);
    Device& device = access.tzc ? static_cast<Device&>(board.tzc) : board.gpr;
    if (access.write) {
        device.write(0, access.offset, access.value, access.size, by);
    } else {
        device.read(0, access.offset, access.size, by);
    }
}

}  // namespace

TEST_CASE("random register accesses break no lock and miss no change of the policy", "[firewall]") {
    const unsigned long operations = fuzz_operations();
    Random random(380);
    TzascBoard board;
    bool pin = false;
    Picture before = look(board);
    unsigned long locks_met = 0;
    unsigned changes = board.host.policy_changes;
    auto views = board.firewall.access_runs(World::non_secure, 0, dram, 0x100000000);
    auto secure_views = board.firewall.access_runs(World::secure, 0, dram, 0x100000000);
    for (unsigned long count = 0; count < operations; ++count) {
        if (random() % 400 == 0) {
            board.reset();
            pin = false;
            before = look(board);
            CHECK(board.rights(dram) == "rwrw");
            CHECK(before.range + before.select + before.gpr1 + before.gpr10 + before.gpr11 == 0);
        }
        const Access access = any_access(random);
        const bool violation_stood = read32(board.tzc, tzc_int_status) != 0;
        run(board, access);
        const Picture after = look(board);
        const std::string broken = broken_lock(before, after, pin);
        pin = pin || (after.gpr1 >> 23 & 1) != 0;
        const bool outsider = access.tzc && access.world == World::non_secure;
        if (!broken.empty() || (outsider && !same_tzc(before, after)) ||
            (outsider && violation_stood != (read32(board.tzc, tzc_int_status) != 0))) {
            FAIL("access " << count << " breaks " << broken);
        }
        locks_met += after.range >> 31 != 0 ? 1 : 0;
        before = after;
        board.firewall.access(TzascBoard::at(dram + random() % 0x100000000, Direction::write,
                                             random() % 2 == 0 ? World::secure : World::non_secure,
                                             static_cast<std::uint32_t>(random() % 64)));
        const bool level = read32(board.tzc, tzc_itcrg) != 0 ? read32(board.tzc, tzc_itop) != 0
                                                             : (read32(board.tzc, tzc_int_status) & 1) != 0 &&
                                                                   (read32(board.tzc, tzc_action) & 2) != 0;
        REQUIRE(board.tzc_host.irq[0] == level);
        if (count % 20 == 0) {
            auto now = board.firewall.access_runs(World::non_secure, 0, dram, 0x100000000);
            auto secure_now = board.firewall.access_runs(World::secure, 0, dram, 0x100000000);
            if ((now != views || secure_now != secure_views) && board.host.policy_changes == changes) {
                FAIL("the policy changed without notice before access " << count);
            }
            views = std::move(now);
            secure_views = std::move(secure_now);
            changes = board.host.policy_changes;
            board.tzc_host.guest_errors.clear();
            board.gpr_host.guest_errors.clear();
        }
        if (count % 500 == 0) {
            TzascBoard twin;
            REQUIRE_FALSE(twin.gpr.load(board.gpr.save()).has_value());
            REQUIRE_FALSE(twin.tzc.load(board.tzc.save()).has_value());
            REQUIRE(twin.tzc.save() == board.tzc.save());
            REQUIRE(twin.firewall.access_runs(World::non_secure, 0, 0, 0x200000000) ==
                    board.firewall.access_runs(World::non_secure, 0, 0, 0x200000000));
        }
    }
    CHECK(locks_met > operations / 20);
}
