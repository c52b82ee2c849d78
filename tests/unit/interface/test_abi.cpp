// SPDX-License-Identifier: GPL-2.0-or-later
/** The firewall as the adapters see it: through the C interface only. */
#include <cstring>
#include <map>
#include <vector>

#include "../catch.hpp"
#include "svp/abi.h"
#include "svp/abi_view.h"

namespace {

unsigned policy_changes = 0;

const SvpHostOps ops = {
    .set_irq = [](void*, unsigned, bool) {},
    .now = [](void*) { return std::int64_t{0}; },
    .schedule = [](void*, unsigned, std::int64_t) {},
    .cancel = [](void*, unsigned) {},
    .log = [](void*, SvpLogKind, const char*) {},
    .policy_changed = [](void*) { ++policy_changes; },
    .refused = [](void*, const SvpRefusal*) {},
};

SvpDevice* create(const char* name) {
    for (unsigned type = 0; type < svp_type_count(); ++type) {
        if (std::strcmp(svp_type_name(type), name) == 0) {
            SvpDevice* device = svp_device_create(type, &ops, nullptr);
            svp_device_reset(device);
            return device;
        }
    }
    FAIL("no type " << name);
    return nullptr;
}

SvpTransaction access_at(std::uint64_t address, bool secure, bool write = false) {
    SvpTransaction access{};
    access.address = address;
    access.size = 4;
    access.secure = secure;
    access.write = write;
    access.privileged = true;
    return access;
}

/** The firewall with all its blocks, by type name. */
struct Blocks {
    Blocks() {
        for (const char* name :
             {"imx8mq.firewall", "imx8mq.rdc", "imx8mq.csu", "imx8mq.iomuxc-gpr", "imx8mq.tzasc"}) {
            devices[name] = create(name);
        }
        semaphores = {create("imx8mq.rdc-semaphore"), create("imx8mq.rdc-semaphore")};
        firewall = devices["imx8mq.firewall"];
        REQUIRE(svp_device_connect(firewall, "rdc", devices["imx8mq.rdc"]));
        REQUIRE(svp_device_connect(firewall, "csu", devices["imx8mq.csu"]));
        REQUIRE(svp_device_connect(firewall, "gpr", devices["imx8mq.iomuxc-gpr"]));
        REQUIRE(svp_device_connect(firewall, "tzasc", devices["imx8mq.tzasc"]));
        REQUIRE(svp_device_connect(firewall, "semaphore1", semaphores[0]));
        REQUIRE(svp_device_connect(firewall, "semaphore2", semaphores[1]));
    }
    ~Blocks() {
        for (const auto& [name, device] : devices) {
            svp_device_destroy(device);
        }
        for (SvpDevice* device : semaphores) {
            svp_device_destroy(device);
        }
    }

    void write(const char* name, std::uint64_t offset, std::uint32_t value) {
        const SvpTransaction by = access_at(0, true, true);
        REQUIRE(svp_device_write(devices[name], 0, offset, value, 4, &by) == SVP_OKAY);
    }
    std::uint32_t read(const char* name, std::uint64_t offset, std::uint8_t domain = 0) {
        SvpTransaction by = access_at(0, true);
        by.domain = domain;
        std::uint64_t value = 0;
        REQUIRE(svp_device_read(devices[name], 0, offset, 4, &by, &value) == SVP_OKAY);
        return static_cast<std::uint32_t>(value);
    }

    std::map<std::string, SvpDevice*> devices;
    std::vector<SvpDevice*> semaphores;
    SvpDevice* firewall;
};

/** A view of a master's own. */
struct View {
    View(const Blocks& blocks, SvpViewer viewer, unsigned master, bool own_secure)
        : view(svp_view_create(blocks.firewall, viewer, master, own_secure)) {}
    ~View() { svp_view_destroy(view); }
    View(const View&) = delete;
    View& operator=(const View&) = delete;

    SvpResponse access(SvpTransaction access) {
        SvpOutcome* outcome = nullptr;
        const SvpResponse answer = svp_view_access(view, &access, &granted, &outcome);
        CHECK(outcome == nullptr);
        seen = access;
        return answer;
    }

    SvpMasterView* view;
    bool granted = false;
    SvpTransaction seen{};
};

}  // namespace

TEST_CASE("C interface: a denied access is answered, refused and latched", "[interface]") {
    Blocks blocks;
    blocks.write("imx8mq.rdc", 0x800, 0x1000);
    blocks.write("imx8mq.rdc", 0x804, 0x2000);
    blocks.write("imx8mq.rdc", 0x808, 0x40000000);
    const SvpTransaction denied = access_at(0x40001040, true);
    View view(blocks, SVP_VIEWER_CPU, 0, true);
    CHECK(view.access(denied) == SVP_OKAY);
    CHECK_FALSE(view.granted);
    CHECK(blocks.read("imx8mq.rdc", 0x80c) == 0x1050);
    CHECK(view.access(access_at(0x40002000, true)) == SVP_OKAY);
    CHECK(view.granted);
    blocks.write("imx8mq.iomuxc-gpr", 0x28, 4);
    CHECK(view.access(denied) == SVP_SLVERR);
    CHECK_FALSE(view.granted);
}

TEST_CASE("C interface: the bus adds world, domain and privilege to a master's access", "[interface]") {
    Blocks blocks;
    blocks.write("imx8mq.rdc", 0x200 + 4 * 4, 2);
    blocks.write("imx8mq.csu", 0x218, 0x55555555 & ~(1u << 12));
    struct {
        unsigned master;
        bool own_secure;
        bool secure;
        unsigned domain;
    } const rows[] = {{4, false, true, 2},
                      {18, true, false, 0},
                      {0, true, true, 0},
                      {0, false, false, 0},
                      {10, true, true, 0}};
    for (const auto& row : rows) {
        View view(blocks, SVP_VIEWER_MASTER, row.master, row.own_secure);
        SvpTransaction access = access_at(0x40000000, !row.secure, true);
        access.privileged = false;
        access.debug = true;
        view.access(access);
        CHECK(view.seen.master == row.master);
        CHECK(view.seen.secure == row.secure);
        CHECK(view.seen.domain == row.domain);
        CHECK(view.seen.privileged);
        CHECK(view.seen.write);
        CHECK_FALSE(view.seen.debug);
    }
    // STAT of the RDC names the domain that the access carries.
    CHECK(blocks.read("imx8mq.rdc", 0x24, 3) == 0x103);
}

TEST_CASE("C interface: stretches that a view leaves open, cut to the room there is", "[interface]") {
    Blocks blocks;
    blocks.write("imx8mq.rdc", 0x800 + 24 * 16, 0x900080);
    blocks.write("imx8mq.rdc", 0x804 + 24 * 16, 0x900100);
    blocks.write("imx8mq.rdc", 0x808 + 24 * 16, 0x40000002);
    View view(blocks, SVP_VIEWER_CPU, 0, false);
    SvpStretch stretches[3] = {};
    CHECK(svp_view_stretches(view.view, 0x900000, 0x20000, 0x20000, stretches, 1) == 2);
    CHECK(stretches[0].offset == 0);
    CHECK(stretches[0].length == 0x80);
    CHECK(stretches[1].length == 0);
    std::uint64_t first = 0;
    std::uint64_t length = 0;
    svp_firewall_dram(&first, &length);
    CHECK(svp_view_stretches(view.view, first, length, 0xc0000000, stretches, 3) == 2);
    CHECK(stretches[1].offset == 0xc0000000);
    CHECK(stretches[1].cell == 0);
    CHECK(stretches[1].length == 0x40000000);
}

TEST_CASE("C interface: peripherals are listed in ascending order, and their rights are runs like any other",
          "[interface]") {
    Blocks blocks;
    std::uint64_t end = 0;
    std::uint64_t uart1_first = 0;
    std::uint64_t uart1_length = 0;
    const unsigned count = svp_firewall_peripheral_count();
    CHECK(count > 80);
    for (unsigned number = 0; number < count; ++number) {
        std::uint64_t first = 0;
        std::uint64_t length = 0;
        const char* name = svp_firewall_peripheral(number, &first, &length);
        CHECK(first >= end);
        CHECK(length > 0);
        end = first + length;
        CHECK(end <= 0x40000000);
        CHECK(std::strstr(name, "ocram") == nullptr);
        if (std::strcmp(name, "uart1") == 0) {
            uart1_first = first;
            uart1_length = length;
        }
    }
    CHECK(uart1_first == 0x30860000);
    CHECK(uart1_length == 0x10000);
    View secure(blocks, SVP_VIEWER_CPU, 0, true);
    View other(blocks, SVP_VIEWER_CPU, 0, false);
    const auto open = [&](const View& view) {
        svp_view_update(view.view);
        return svp_view_open(view.view, uart1_first, uart1_length);
    };
    CHECK(open(secure));
    CHECK_FALSE(open(other));
    const unsigned changes = policy_changes;
    blocks.write("imx8mq.csu", 102 / 2 * 4, 0x003f003f);
    CHECK(policy_changes == changes + 1);
    CHECK_FALSE(open(other));  // may be read only
    blocks.write("imx8mq.csu", 102 / 2 * 4, 0x00ff00ff);
    CHECK(open(other));
    // What only the supervisor may do does not count for a view.
    blocks.write("imx8mq.csu", 102 / 2 * 4, 0x00bb00bb);
    CHECK_FALSE(open(other));
    blocks.write("imx8mq.rdc", 0x400 + 4 * 102, 0x3f);
    CHECK(open(secure));
    blocks.write("imx8mq.rdc", 0x200, 3);
    CHECK_FALSE(open(secure));
}

namespace {

/** Members of an object, each as text. */
using Told = std::map<std::string, std::string>;

void take(void* opaque, const SvpMember* member) {
    auto& told = *static_cast<Told*>(opaque);
    REQUIRE_FALSE(told.contains(member->name));
    switch (member->kind) {
        case SVP_MEMBER_TEXT:
            told[member->name] = member->text;
            break;
        case SVP_MEMBER_TRUTH:
            told[member->name] = member->number != 0 ? "yes" : "no";
            break;
        case SVP_MEMBER_NUMBER:
            told[member->name] = std::to_string(member->number);
            break;
        case SVP_MEMBER_EMPTY:
            told[member->name] = "empty";
            break;
    }
}

}  // namespace

TEST_CASE("C interface: what the bus adds to an access", "[interface]") {
    Blocks blocks;
    blocks.write("imx8mq.rdc", 0x200, 2);
    blocks.write("imx8mq.rdc", 0x200 + 4 * 18, 3);
    blocks.write("imx8mq.csu", 0x358, 1u);  // the A53's privilege is its own to say here
    SvpTransaction cpu = access_at(0x40000000, true, true);
    cpu.privileged = false;
    svp_firewall_complete(blocks.firewall, &cpu);
    CHECK(cpu.domain == 2);
    CHECK(cpu.secure);
    CHECK_FALSE(cpu.privileged);
    CHECK(cpu.write);
    CHECK(cpu.address == 0x40000000);
    SvpTransaction gpu = access_at(0x40000000, true);
    gpu.master = 18;
    svp_firewall_complete(blocks.firewall, &gpu);
    CHECK(gpu.domain == 3);
    CHECK_FALSE(gpu.secure);  // SA says so
}

TEST_CASE("C interface: what the bus adds to each master, and what it leaves to it", "[interface]") {
    Blocks blocks;
    blocks.write("imx8mq.rdc", 0x200 + 4 * 17, 3);
    blocks.write("imx8mq.csu", 0x218, 0x55555555 & ~(1u << 24));
    blocks.write("imx8mq.csu", 0x358, 1u << 24 | 1u);
    blocks.write("imx8mq.csu", 0x200, 1u);
    Told told;
    svp_firewall_masters(blocks.firewall, take, &told);
    std::map<std::string, Told> masters;
    for (const auto& [name, value] : told) {
        const std::string row = name.substr(0, name.find('.') + 1);
        masters[told[row + "master"]][name.substr(row.size())] = value;
    }
    CHECK(masters.size() > 20);
    // DCSS is field 12: secure, user.
    CHECK(masters["dcss"] ==
          Told{{"master", "dcss"}, {"domain", "3"}, {"world", "secure"}, {"privileged", "no"}});
    CHECK(masters["gpu"] == Told{{"master", "gpu"}, {"domain", "0"}, {"world", "non-secure"}});
    // A53 is field 0.
    CHECK(masters["a53"] == Told{{"master", "a53"}, {"domain", "0"}, {"privileged", "yes"}});
}

TEST_CASE("C interface: the policy of one world and domain, in runs and pieces", "[interface]") {
    Blocks blocks;
    blocks.write("imx8mq.rdc", 0x800, 0x1000);
    blocks.write("imx8mq.rdc", 0x804, 0x3000);
    blocks.write("imx8mq.rdc", 0x808, 0x40000002);
    Told told;
    svp_firewall_policy(blocks.firewall, 1, 0, true, take, &told);
    CHECK(told["0.world"] == "secure");
    CHECK(told["0.domain"] == "0");
    CHECK_FALSE(told.contains("1.world"));
    CHECK(told["0.runs.0.first"] == std::to_string(0x40000000));
    CHECK(told["0.runs.1.first"] == std::to_string(0x40001000));
    CHECK(told["0.runs.1.length"] == std::to_string(0x2000));
    CHECK(told["0.runs.1.read"] == "yes");
    CHECK(told["0.runs.1.write"] == "no");
    CHECK(told["0.runs.2.first"] == std::to_string(0x40003000));
    unsigned found = 0;
    unsigned slaves = 0;
    for (; told.contains("0.slaves." + std::to_string(slaves) + ".name"); ++slaves) {
        const std::string row = "0.slaves." + std::to_string(slaves) + ".";
        const std::string name = told[row + "name"];
        found += name == "ocram" && told[row + "index"] == "118" &&
                 told[row + "pieces.0.first"] == std::to_string(0x900000) &&
                 told[row + "pieces.0.length"] == std::to_string(0x20000);
        found += name == "ocram_s" && told[row + "index"] == "119";
        found += name == "tzasc" && told[row + "index"] == "56" &&
                 told[row + "pieces.0.privileged.read"] == "yes" &&
                 told[row + "pieces.0.user.write"] == "yes";
        found += name == "gpu" && told[row + "index"] == "126";
    }
    CHECK(found == 4);
    CHECK(slaves == svp_firewall_peripheral_count() + 2);

    Told all;
    svp_firewall_policy(blocks.firewall, SVP_ANY, SVP_ANY, false, take, &all);
    CHECK(all["0.world"] == "secure");
    CHECK(all["4.world"] == "non-secure");
    CHECK(all["7.domain"] == "3");
    CHECK_FALSE(all.contains("0.slaves.0.name"));
}

TEST_CASE("C interface: gates need not be asked again when the policy has changed for memories only",
          "[interface]") {
    Blocks blocks;
    blocks.write("imx8mq.iomuxc-gpr", 0x28, 1);
    const std::uint64_t before = svp_firewall_gate_generation(blocks.firewall);
    const unsigned changes = policy_changes;
    blocks.write("imx8mq.tzasc", 0x110, 0x8000);
    blocks.write("imx8mq.tzasc", 0x118, 0xf000001d);
    CHECK(policy_changes > changes);
    CHECK(svp_firewall_gate_generation(blocks.firewall) == before);
    blocks.write("imx8mq.csu", 102 / 2 * 4, 0x003f003f);
    CHECK(svp_firewall_gate_generation(blocks.firewall) != before);
    const std::uint64_t csu = svp_firewall_gate_generation(blocks.firewall);
    blocks.write("imx8mq.rdc", 0x200, 1);
    CHECK(svp_firewall_gate_generation(blocks.firewall) != csu);
}
