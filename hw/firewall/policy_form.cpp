// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/policy_form.hpp"

#include <string>

#include "firewall/rdc.hpp"

namespace svp {

namespace {

using Members = std::vector<Member>;

void add_runs(Members& members, const std::string& prefix, const Firewall& firewall, World world,
              Domain domain) {
    std::size_t number = 0;
    for (const AccessRun& run :
         firewall.access_runs(world, domain, Firewall::dram_base, Firewall::dram_size, 0)) {
        const std::string at = prefix + "runs." + std::to_string(number++) + ".";
        members.push_back({at + "first", run.first});
        members.push_back({at + "length", run.length});
        members.push_back({at + "read", run.read});
        members.push_back({at + "write", run.write});
    }
}

/** Rights at the address of @p access; @p length shrinks to where they end. */
void add_rights(Members& members, const std::string& prefix, const Firewall& firewall, Transaction access,
                std::uint64_t& length) {
    for (const Direction direction : {Direction::read, Direction::write}) {
        access.direction = direction;
        members.push_back({prefix + std::string(name(direction)), firewall.decide(access).granted});
        length = firewall.run_length(access, length);
    }
}

/** A memory or peripheral in pieces of equal rights. */
void add_slave(Members& members, const std::string& prefix, const Firewall& firewall, const Slave& slave,
               Transaction access) {
    members.push_back({prefix + "name", std::string(slave.name)});
    members.push_back({prefix + "index", std::uint64_t{slave.index}});
    std::size_t number = 0;
    std::uint64_t length = 0;
    for (std::uint64_t done = 0; done < slave.length; done += length) {
        const std::string at = prefix + "pieces." + std::to_string(number++) + ".";
        access.address = slave.first + done;
        length = slave.length - done;
        for (const bool privileged : {true, false}) {
            access.privileged = privileged;
            add_rights(members, at + (privileged ? "privileged." : "user."), firewall, access, length);
        }
        members.push_back({at + "first", access.address});
        members.push_back({at + "length", length});
    }
}

}  // namespace

Members policy_of(const Firewall& firewall, std::optional<World> world, std::optional<Domain> domain,
                  bool with_slaves) {
    Members members;
    std::size_t view = 0;
    for (const World in : {World::secure, World::non_secure}) {
        for (Domain by = 0; by < Rdc::domain_count; ++by) {
            if (world.value_or(in) != in || domain.value_or(by) != by) {
                continue;
            }
            const std::string prefix = std::to_string(view++) + ".";
            members.push_back({prefix + "world", std::string(name(in))});
            members.push_back({prefix + "domain", std::uint64_t{by}});
            add_runs(members, prefix, firewall, in, by);
            std::size_t number = 0;
            for (const Slave& slave : slaves()) {
                if (with_slaves && slave.guard != Guard::tzasc) {
                    Transaction access;
                    access.size = 1;
                    access.world = in;
                    access.domain = by;
                    add_slave(members, prefix + "slaves." + std::to_string(number++) + ".", firewall, slave,
                              access);
                }
            }
        }
    }
    return members;
}

Members masters_of(const Firewall& firewall) {
    Members members;
    std::size_t row = 0;
    for (unsigned number = 0; number < master_count; ++number) {
        const auto master = static_cast<Master>(number);
        if (name(master) == "?") {
            continue;
        }
        const std::string prefix = std::to_string(row++) + ".";
        const Transaction high = firewall.identity(master, World::secure, true);
        const Transaction low = firewall.identity(master, World::non_secure, false);
        members.push_back({prefix + "master", std::string(name(master))});
        members.push_back({prefix + "domain", std::uint64_t{high.domain}});
        if (high.world == low.world) {
            members.push_back({prefix + "world", std::string(name(high.world))});
        }
        if (high.privileged == low.privileged) {
            members.push_back({prefix + "privileged", high.privileged});
        }
    }
    return members;
}

}  // namespace svp
