// SPDX-License-Identifier: GPL-2.0-or-later
/** The HDMI transmitter's mailbox, as secure software asks it whether the link is protected. */
#include <array>
#include <string>
#include <vector>

#include "../catch.hpp"
#include "../fake_host.hpp"
#include "dcss/hdmi_tx.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t full = 0x08, empty = 0x0c, tx = 0x10, rx = 0x14, alive = 0x18, event0 = 0x44;
constexpr std::uint32_t hdcp_changed = 1u << 4;
const std::vector<std::uint8_t> status_request = {6, 7, 0, 0};

struct Transmitter {
    FakeHost host;
    HdmiTx core{host};

    Transmitter() { core.reset(); }
    std::uint32_t read(std::uint32_t offset) { return read32(core, offset); }
    void send(const std::vector<std::uint8_t>& bytes) {
        for (const std::uint8_t byte : bytes) {
            REQUIRE(read(full) == 0);
            write32(core, tx, byte);
        }
    }
    std::vector<std::uint8_t> receive() {
        std::vector<std::uint8_t> bytes;
        while (read(empty) == 0) {
            bytes.push_back(static_cast<std::uint8_t>(read(rx)));
        }
        return bytes;
    }
};

std::vector<std::uint8_t> status(std::uint8_t port) {
    return {6, 7, 0, 5, 0, port, 0, 0, 0};
}

}  // namespace

TEST_CASE("the transmitter tells whether the link is protected", "[dcss]") {
    Transmitter hdmi;
    CHECK(hdmi.receive().empty());
    CHECK(hdmi.read(rx) == 0);
    hdmi.send(status_request);
    CHECK(hdmi.receive() == status(0));
    CHECK(hdmi.read(event0) == 0);

    CHECK(hdmi.core.set_property("hdcp", 1) == std::nullopt);
    CHECK(hdmi.read(event0) == hdcp_changed);
    CHECK(hdmi.read(event0) == 0);
    CHECK(hdmi.core.set_property("hdcp", 1) == std::nullopt);
    CHECK(hdmi.read(event0) == 0);
    hdmi.send(status_request);
    CHECK(hdmi.receive() == status(1));

    SECTION("a reset does not open the link") {
        hdmi.core.reset();
        hdmi.send(status_request);
        CHECK(hdmi.receive() == status(1));
    }
    SECTION("until it is open again") {
        CHECK(hdmi.core.set_property("hdcp", 0) == std::nullopt);
        CHECK(hdmi.read(event0) == hdcp_changed);
        hdmi.send(status_request);
        CHECK(hdmi.receive() == status(0));
    }
    SECTION("what follows a header is passed over, and a new request takes the place of an old answer") {
        hdmi.send({6, 7, 0, 3, 6, 7, 0});
        hdmi.send(status_request);
        CHECK(hdmi.receive() == status(1));
        CHECK(hdmi.host.unimplemented.empty());
    }
    SECTION("an observer changes nothing") {
        hdmi.send(status_request);
        Transaction look;
        look.debug = true;
        for (const std::uint32_t offset : {rx, alive, event0}) {
            CHECK(hdmi.core.read(0, offset, 4, look).value == hdmi.core.read(0, offset, 4, look).value);
        }
        CHECK(hdmi.receive() == status(1));
    }
    CHECK(hdmi.core.set_property("hdcp", 2).value() == "hdcp is 0 or 1");
    CHECK(hdmi.core.set_property("link", 1).value() == "no property link");
}

TEST_CASE("the transmitter's firmware is alive, and other modules have no answer", "[dcss]") {
    Transmitter hdmi;
    const std::uint32_t before = hdmi.read(alive);
    CHECK(hdmi.read(alive) != before);
    for (const std::vector<std::uint8_t>& request :
         {std::vector<std::uint8_t>{6, 9, 0, 0}, std::vector<std::uint8_t>{5, 7, 0, 1, 0xff}}) {
        hdmi.send(request);
        CHECK(hdmi.read(empty) == 1);
    }
    REQUIRE(hdmi.host.unimplemented.size() == 2);
    CHECK(hdmi.host.unimplemented[0].find("opcode 6 of module 9") != std::string::npos);
    // As long as it says, then the next one.
    hdmi.send({0, 1, 0x01, 0x02});
    hdmi.send(std::vector<std::uint8_t>(0x102));
    hdmi.send(status_request);
    CHECK(hdmi.receive() == status(0));
}
