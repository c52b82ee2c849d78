// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/rdc_semaphore.hpp"

#include <optional>

namespace svp {

namespace {

constexpr std::uint32_t window_size = 0x10000;

constexpr std::uint32_t rstgt = 0x40;
constexpr std::uint32_t rstgt_lanes = 0xffff;

// A gate; there are four to a word.
const std::vector<Field> gate_fields = {{"GATE0_GTFSM", 0, 4},  {"GATE0_LDOM", 4, 2},   {"GATE1_GTFSM", 8, 4},
                                        {"GATE1_LDOM", 12, 2},  {"GATE2_GTFSM", 16, 4}, {"GATE2_LDOM", 20, 2},
                                        {"GATE3_GTFSM", 24, 4}, {"GATE3_LDOM", 28, 2}};
constexpr std::uint32_t gate_gtfsm = 0xf;
constexpr unsigned gate_ldom_shift = 4;
constexpr std::uint32_t gate_mask = 0x3f;
constexpr std::uint32_t gate_ldom = 3;

// RSTGT as it reads.
constexpr std::uint32_t rstgt_master = 0xf;
constexpr std::uint32_t rstgt_waiting = 1u << 4;
constexpr unsigned rstgt_number_shift = 8;
constexpr std::uint32_t rstgt_readable = 0xff1f;

constexpr std::uint32_t first_pattern = 0xe2;
constexpr std::uint32_t second_pattern = 0x1d;
constexpr std::uint32_t byte = 0xff;

/** Number of a master in GTFSM, without the 1 that is added there. */
std::uint32_t number_of(Master master) {
    switch (master) {
        case Master::a53:
            return 1;
        case Master::sdma1_peripheral:
        case Master::sdma1_burst:
        case Master::sdma1_spba1:
        case Master::sdma2:
            return 3;
        case Master::m4:
            return 6;
        default:
            return 0;
    }
}

/** A gate after a write, and whether the writer was not the one to do that. */
struct GateWrite {
    std::uint32_t gate;
    bool refused;
};

/** What becomes of @p gate when @p written is written to it. */
GateWrite write_gate(std::uint32_t gate, std::uint32_t written, const Transaction& by) {
    const std::uint32_t locked = number_of(by.master) + 1;
    const std::uint32_t mine = locked | (by.domain & gate_ldom) << gate_ldom_shift;
    const std::uint32_t wanted = written & gate_gtfsm;
    if (gate != 0 && gate != mine) {
        return {gate, true};  // somebody else's
    }
    if (wanted != 0 && wanted != locked) {
        return {gate, true};  // nobody locks in another one's name
    }
    return {wanted == 0 ? 0 : mine, false};
}

}  // namespace

RdcSemaphore::RdcSemaphore(Host& host) : BankDevice(host) {
    add_window("rdc-semaphore", window_size,
               {{.offset = 0x00,
                 .name = "GATE",
                 .fields = gate_fields,
                 .count = gate_count / 4,
                 .on_write = [this](const WriteEvent& event) { gates_written(event); }},
                {.offset = rstgt, .name = "RSTGT", .on_write = [this](const WriteEvent& event) {
                     reset_gate_written(event);
                 }}});
}

bool RdcSemaphore::held_by(unsigned gate, Domain domain) const {
    const std::uint32_t state = bank().value(gate & ~3u) >> gate % 4 * 8 & byte;
    return state != 0 && state >> gate_ldom_shift == domain;
}

void RdcSemaphore::gates_written(const WriteEvent& event) {
    std::uint32_t word = event.before;
    std::optional<unsigned> refused;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        if ((event.lanes >> shift & byte) != 0) {
            const GateWrite write =
                write_gate(event.before >> shift & byte, event.written >> shift & byte, event.by);
            word = (word & ~(byte << shift)) | write.gate << shift;
            if (write.refused && !refused) {
                refused = 4 * event.index + shift / 8;
            }
        }
    }
    bank().set(4 * event.index, word);
    if (refused) {
        host().refused(event.by, {Refuser::rdc_gate, *refused});
    }
    if (word != event.before) {
        notify();
    }
}

void RdcSemaphore::reset_gate_written(const WriteEvent& event) {
    const std::uint32_t pattern = event.written & byte;
    const std::uint32_t number = event.written >> rstgt_number_shift & byte;
    const std::uint32_t master = number_of(event.by.master);
    const bool whole = (event.lanes & rstgt_lanes) == rstgt_lanes;
    const bool waiting = (event.before & rstgt_waiting) != 0;
    if (whole && !waiting && pattern == first_pattern) {
        bank().set(rstgt, master | rstgt_waiting | (event.before & byte << rstgt_number_shift));
    } else if (whole && waiting && pattern == second_pattern && master == (event.before & rstgt_master)) {
        bank().set(rstgt, master | number << rstgt_number_shift);
        free_gates(number);
    } else {
        bank().set(rstgt, event.before & ~rstgt_waiting);
        if (whole && waiting && pattern == second_pattern) {
            host().refused(event.by, {Refuser::rdc_gate, number});  // another master began
        }
    }
}

void RdcSemaphore::free_gates(unsigned number) {
    for (std::uint32_t offset = 0; number >= gate_count && offset < gate_count; offset += 4) {
        bank().set(offset, 0);
    }
    if (number < gate_count) {
        const std::uint32_t offset = number & ~3u;
        bank().set(offset, bank().value(offset) & ~(byte << number % 4 * 8));
    }
    notify();
}

void RdcSemaphore::reset() {
    BankDevice::reset();
    // Unconditional: after a failed load the listener has not heard of what is in force.
    notify();
}

void RdcSemaphore::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    if (!archive.writing()) {
        check_loaded(archive);
    }
}

/** A stream cannot bring what no sequence of writes can. */
void RdcSemaphore::check_loaded(Archive& archive) const {
    for (unsigned gate = 0; gate < gate_count; ++gate) {
        const std::uint32_t state = bank().value(gate & ~3u) >> gate % 4 * 8 & byte;
        if ((state & ~gate_mask) != 0 || (state != 0 && (state & gate_gtfsm) == 0)) {
            archive.fail("the stream holds an impossible value for semaphore gate " + std::to_string(gate));
        }
    }
    if ((bank().value(rstgt) & ~rstgt_readable) != 0) {
        archive.fail("the stream holds an impossible value for rdc-semaphore register RSTGT");
    }
}

void RdcSemaphore::resume() {
    notify();
}

}  // namespace svp
