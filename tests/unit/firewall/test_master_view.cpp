// SPDX-License-Identifier: GPL-2.0-or-later
/** What a master's view leaves open, held against decide() page by page; and whose its accesses are. */
#include <optional>
#include <vector>

#include "../catch.hpp"
#include "firewall/master_view.hpp"
#include "firewall_board.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint64_t window_base = 0x40000000, window = 0x100000000, grain = 0x8000;

/** Number of the cell that the view shows at @p address, none if it asks there. */
std::optional<std::uint64_t> cell_at(const std::vector<Stretch>& stretches, std::uint64_t address) {
    for (const Stretch& stretch : stretches) {
        const std::uint64_t offset = address - window_base;
        if (offset >= stretch.offset && offset - stretch.offset < stretch.length) {
            return stretch.cell + (offset - stretch.offset);
        }
    }
    return std::nullopt;
}

/** True if each access that master @p identity could make of a word there is granted. */
bool granted(const Firewall& firewall, Transaction access, std::uint64_t address) {
    access.address = address;
    access.size = 4;
    for (const Direction direction : {Direction::read, Direction::write}) {
        for (const bool privileged : {false, true}) {
            access.direction = direction;
            access.privileged = privileged;
            if (!firewall.decide(access).granted) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

TEST_CASE("a view shows a word of DRAM exactly where every access to it is granted", "[firewall]") {
    std::uint64_t seed = 11;
    const auto random = [&seed](std::uint64_t limit) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        return (seed >> 33) % limit;
    };
    unsigned shown = 0, asked = 0;
    for (unsigned round = 0; round < 40; ++round) {
        FirewallBoard board;
        for (unsigned slot = 0; slot < 8; ++slot) {
            const auto first = static_cast<std::uint32_t>(random(window / grain) * grain);
            const auto size = static_cast<std::uint32_t>((1 + random(0x2000)) * grain);
            board.slot(slot, first, first > ~size ? ~0u : first + size,
                       static_cast<std::uint32_t>(random(256)));
        }
        const std::uint64_t fitted = (1 + random(4)) << 30;
        for (const Master master : {Master::a53, Master::vpu_decoder, Master::usdhc1}) {
            MasterView view(board.firewall, master == Master::a53 ? Viewer::cpu : Viewer::master, master,
                            World::non_secure);
            const auto stretches = view.stretches(window_base, window, fitted);
            const Transaction identity = board.firewall.identity(master);
            bool same = true;
            for (unsigned i = 0; i < 400; ++i) {
                const std::uint64_t address = window_base + random(window / 4) * 4;
                const auto cell = cell_at(stretches, address);
                same = same && cell.has_value() == granted(board.firewall, identity, address) &&
                       (!cell || *cell == (address - window_base) % fitted);
                (cell ? shown : asked)++;
            }
            CHECK(same);
            for (const Stretch& stretch : stretches) {
                CHECK(stretch.cell + stretch.length <= fitted);
            }
        }
    }
    CHECK(shown > 1000);
    CHECK(asked > 1000);
}

TEST_CASE("a view says whose an access is, but for a core's privilege", "[firewall]") {
    FirewallBoard board;
    write32(board.rdc, rdc_mda(4), 2);
    struct Row {
        Viewer viewer;
        Master master;
        World own;
        bool privileged;  ///< as the access has it afterwards, which comes as a user's
        bool debug;       ///< the same, which comes as an observer's
    };
    for (const Row& row : {Row{Viewer::cpu, Master::a53, World::secure, false, true},
                           Row{Viewer::observer, Master::dap, World::non_secure, true, true},
                           Row{Viewer::master, Master::vpu_decoder, World::non_secure, true, false}}) {
        MasterView view(board.firewall, row.viewer, row.master, row.own);
        Transaction access;
        access.address = window_base;
        access.size = 4;
        access.master = Master::gpu;
        access.domain = 3;
        access.privileged = false;
        access.debug = true;
        view.access(access);
        const Transaction identity = board.firewall.identity(row.master, row.own);
        CHECK(access.master == row.master);
        CHECK(access.world == identity.world);
        CHECK(access.domain == identity.domain);
        CHECK(access.privileged == row.privileged);
        CHECK(access.debug == row.debug);
    }
}

TEST_CASE("a view follows the policy when it is told to", "[firewall]") {
    FirewallBoard board;
    MasterView view(board.firewall, Viewer::master, Master::vpu_decoder, World::non_secure);
    Transaction access;
    access.size = 4;
    access.address = window_base;
    write32(board.rdc, rdc_mda(4), 3);
    view.access(access);
    CHECK(access.domain == 0);
    view.update();
    view.access(access);
    CHECK(access.domain == 3);
}
