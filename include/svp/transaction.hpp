// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One access on the board's interconnect, and what the interconnect answers.
 *
 * Every access that any model judges is described by a Transaction. The numbers of Master are the MDA indices
 * of the i.MX 8M Quad's RDC, so that a domain assignment is a plain array look-up.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace svp {

/** Direction of an access, seen from the master. */
enum class Direction : std::uint8_t { read, write };

/** Security world of an access: AxPROT[1] on the AXI bus. */
enum class World : std::uint8_t { secure, non_secure };

/** RDC domain identifier, 0 to 3. */
using Domain = std::uint8_t;

/**
 * Bus masters, numbered by their RDC MDA index (MIMX8MQ6 device header, enumeration of masters). The chip
 * leaves 25 unused; here it is the second register bank of the video decoders, if the board has one.
 */
enum class Master : std::uint8_t {
    a53 = 0,
    m4 = 1,
    pcie1 = 2,
    pcie2 = 3,
    vpu_decoder = 4,
    lcdif = 5,
    csi1 = 6,
    csi2 = 7,
    coresight = 8,
    dap = 9,
    caam = 10,
    sdma1_peripheral = 11,
    sdma1_burst = 12,
    apbh_dma = 13,
    raw_nand = 14,
    usdhc1 = 15,
    usdhc2 = 16,
    dcss = 17,
    gpu = 18,
    usb1 = 19,
    usb2 = 20,
    test_port = 21,
    enet_tx = 22,
    enet_rx = 23,
    sdma2 = 24,
    vpu_bank1 = 25,
    sdma1_spba1 = 26,
};

/** Number of MDA slots; the largest Master value is below it. */
inline constexpr unsigned master_count = 27;

/** What the data of a transfer is to its master: which of its streams it belongs to. */
enum class Stream : std::uint8_t {
    none,  ///< the master has only one
    bitstream,
    table,        ///< probabilities, coefficients of filters, scaling lists
    segment_map,  ///< per block of a picture
    motion,       ///< vectors of a reference picture
    reference,    ///< samples of one
    picture,      ///< samples that are the result
    edge,         ///< what is kept at the edge of a tile of a picture for the next one
    counts,       ///< how often symbols of the bitstream had which value
};
inline constexpr Stream last_stream = Stream::counts;

/** Who begins a transfer, and with what; what else the bus says of it follows from the firewalls' settings.
 */
struct Initiator {
    Master master;
    World own_world = World::non_secure;  ///< of a master that says so itself (A53, CAAM)
    Stream stream = Stream::none;
    bool observer = false;      ///< nobody on the board asks: judged, but never latched or recorded
    bool never_secure = false;  ///< of a port that is the non-secure world's, whatever the master is
};

/** Rows of a rectangle in memory. */
struct Rows {
    std::uint64_t address;  ///< of the first byte
    std::uint64_t stride;   ///< bytes from the beginning of one row to that of the next
    std::size_t width;      ///< bytes of a row
    std::size_t height;     ///< rows
};

/** One access: who wants to do what, where. */
struct Transaction {
    std::uint64_t address = 0;  ///< physical address as the master puts it on the bus, bytes
    std::uint32_t size = 4;     ///< length in bytes
    Direction direction = Direction::read;
    Master master = Master::a53;
    World world = World::secure;
    Domain domain = 0;
    bool privileged = true;    ///< AxPROT[0]
    bool instruction = false;  ///< AxPROT[2]; QEMU does not tell fetches from loads, so it stays false there
    bool debug = false;        ///< an observer's access (gdb, monitor): judged, but never latched or recorded
    Stream stream = Stream::none;  ///< for the record; the bus does not carry it
};

/** The interconnect's answer, as the AXI response codes name it. */
enum class Response : std::uint8_t { okay, slverr, decerr };

/** Name of a master as used in logs and on the command line, "?" for a number without a master. */
std::string_view name(Master master);
std::string_view name(World world);
std::string_view name(Direction direction);
std::string_view name(Stream stream);
std::string_view name(Response response);

}  // namespace svp
