// SPDX-License-Identifier: GPL-2.0-or-later
/** The firewall as the adapters see it: through the C interface only. */
#include <cstring>
#include <map>
#include <vector>

#include "catch.hpp"
#include "svp/abi.h"

namespace {

unsigned policy_changes = 0;

const SvpHostOps ops = {
    .set_irq = [](void*, unsigned, bool) {},
    .now = [](void*) { return std::int64_t{0}; },
    .schedule = [](void*, unsigned, std::int64_t) {},
    .cancel = [](void*, unsigned) {},
    .log = [](void*, SvpLogKind, const char*) {},
    .cpu_on = [](void*, unsigned, std::uint64_t) {},
    .cpu_off = [](void*, unsigned) {},
    .cpu_halted = [](void*, unsigned) { return false; },
    .policy_changed = [](void*) { ++policy_changes; },
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

}  // namespace

TEST_CASE("C interface: judging leaves no trace, accessing does") {
    Blocks blocks;
    blocks.write("imx8mq.rdc", 0x800, 0x1000);
    blocks.write("imx8mq.rdc", 0x804, 0x2000);
    blocks.write("imx8mq.rdc", 0x808, 0x40000000);
    const SvpTransaction access = access_at(0x40001040, true);
    const SvpVerdict verdict = svp_firewall_judge(blocks.firewall, &access);
    CHECK_FALSE(verdict.granted);
    CHECK(verdict.response == SVP_OKAY);
    CHECK(std::strcmp(verdict.denier, "rdc-region") == 0);
    CHECK(verdict.index == 0);
    CHECK(verdict.address == 0x40001040);
    CHECK(blocks.read("imx8mq.rdc", 0x80c) == 0);
    bool granted = true;
    CHECK(svp_firewall_access(blocks.firewall, &access, &granted) == SVP_OKAY);
    CHECK_FALSE(granted);
    CHECK(blocks.read("imx8mq.rdc", 0x80c) == 0x1050);
    const SvpTransaction open = access_at(0x40002000, true);
    CHECK(svp_firewall_judge(blocks.firewall, &open).granted);
    CHECK(std::strcmp(svp_firewall_judge(blocks.firewall, &open).denier, "none") == 0);
}

TEST_CASE("C interface: the bus adds world, domain and privilege to a master's access") {
    Blocks blocks;
    blocks.write("imx8mq.rdc", 0x200 + 4 * 4, 2);
    blocks.write("imx8mq.csu", 0x218, 0x55555555 & ~(1u << 12));
    SvpTransaction access = access_at(0x40000000, false);
    access.master = 4;
    svp_firewall_identify(blocks.firewall, &access);
    CHECK(access.secure);
    CHECK(access.domain == 2);
    CHECK(access.privileged);
    CHECK(access.address == 0x40000000);
    access = access_at(0x40000000, true);
    access.master = 18;
    svp_firewall_identify(blocks.firewall, &access);
    CHECK_FALSE(access.secure);
    CHECK(access.domain == 0);
    // STAT of the RDC names the domain that the access carries.
    CHECK(blocks.read("imx8mq.rdc", 0x24, 3) == 0x103);
}

TEST_CASE("C interface: runs of any range, cut to the room there is") {
    Blocks blocks;
    blocks.write("imx8mq.rdc", 0x800 + 24 * 16, 0x900080);
    blocks.write("imx8mq.rdc", 0x804 + 24 * 16, 0x900100);
    blocks.write("imx8mq.rdc", 0x808 + 24 * 16, 0x40000002);
    SvpRun runs[3] = {};
    CHECK(svp_firewall_range_runs(blocks.firewall, false, 0, 0x900000, 0x20000, runs, 2) == 3);
    CHECK(runs[0].first == 0x900000);
    CHECK(runs[0].length == 0x80);
    CHECK(runs[0].write);
    CHECK(runs[1].first == 0x900080);
    CHECK(runs[1].read);
    CHECK_FALSE(runs[1].write);
    CHECK(runs[2].length == 0);
    CHECK(svp_firewall_runs(blocks.firewall, false, 0, runs, 3) == 1);
    CHECK(runs[0].first == 0x40000000);
    CHECK(runs[0].length == 0x100000000);
}

TEST_CASE("C interface: guarded ranges and rights of peripherals") {
    Blocks blocks;
    SvpGuardedRange range{};
    std::uint64_t end = 0;
    unsigned count = 0;
    unsigned memories = 0;
    unsigned uart1 = 0;
    for (; svp_firewall_guarded_range(count, &range); ++count) {
        CHECK(range.first >= end);
        CHECK(range.length > 0);
        end = range.first + range.length;
        memories += range.memory ? 1 : 0;
        if (std::strcmp(range.name, "uart1") == 0) {
            CHECK(range.first == 0x30860000);
            uart1 = range.index;
        }
    }
    CHECK(count > 80);
    CHECK(memories == 3);
    CHECK(uart1 == 102);
    const auto rights = [&](bool secure, unsigned domain, bool privileged) {
        bool read = false;
        bool write = false;
        svp_firewall_peripheral_rights(blocks.firewall, uart1, secure, domain, privileged, &read, &write);
        return std::string(read ? "r" : "-") + (write ? "w" : "-");
    };
    CHECK(rights(true, 0, false) == "rw");
    CHECK(rights(false, 0, true) == "--");
    const unsigned changes = policy_changes;
    blocks.write("imx8mq.csu", uart1 / 2 * 4, 0x003b003b);
    CHECK(policy_changes == changes + 1);
    CHECK(rights(false, 0, true) == "r-");
    CHECK(rights(false, 0, false) == "--");
    blocks.write("imx8mq.rdc", 0x400 + 4 * uart1, 0x3f);
    CHECK(rights(true, 3, true) == "--");
}
