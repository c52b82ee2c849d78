// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Description of one fault that somebody wants to happen on the board.
 *
 * A fault has a kind, what it waits for, and how often it happens. Kinds act at four places:
 * - on a transaction: it waits for transactions that match, and changes them or their outcome;
 * - on firewall state: it changes a register whatever its locks say, at a time or when a transaction matches;
 * - on an interrupt line: it swallows or repeats what a device signals, or signals by itself;
 * - in a device: something that the device names goes wrong at one of its occasions, as the end of a job.
 *
 * Of the occurrences that fit, the first nth - 1 pass unharmed. From then on each one is hit until `times`
 * hits have been; then the fault is spent: it stays on the list and does nothing more.
 */
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "svp/archive.hpp"
#include "svp/transaction.hpp"

namespace svp {

enum class FaultKind : std::uint8_t {
    // On a transaction.
    answer,         ///< the answer is `answer`; data moves only if that is OKAY and the firewall permits it
    zero,           ///< bytes inside the window become 0
    corrupt,        ///< bits of `mask` are inverted inside the window
    change_world,   ///< judged as one of `world`
    change_master,  ///< judged as one of `master`, and of that master's domain
    change_domain,  ///< judged as one of `domain`
    drop,           ///< the write does not reach its target, the answer is unchanged
    delay,          ///< completes `duration` ns later; only masters that are models of ours
    // On firewall state.
    flip_bit,       ///< bit `bit` of the register at `offset` of `target` is inverted
    lose_state,     ///< `target` has its power-on state, as after suspend
    disable_tzasc,  ///< IOMUXC_GPR10[0] TZASC_EN is cleared, locked or not
    // On an interrupt line.
    lose_interrupt,      ///< the line stays low until the device lowers and raises it again
    repeat_interrupt,    ///< `duration` ns long the line is high again after the device lowered it
    spurious_interrupt,  ///< the line is high for `duration` ns though the device does not raise it
    // In a device.
    disturb_device,  ///< `trouble` of `device`, with `value` and `duration`
};
inline constexpr auto last_fault_kind = FaultKind::disturb_device;

std::string_view name(FaultKind kind);

/** Transactions that a fault waits for. */
struct FaultMatch {
    static constexpr std::uint32_t all_masters = (std::uint32_t{1} << master_count) - 1;

    std::uint32_t masters = all_masters;  ///< bit n: Master n
    std::optional<World> world;           ///< any if empty
    std::optional<Direction> direction;   ///< any if empty
    std::uint64_t first = 0;              ///< transactions that touch [first, last]
    std::uint64_t last = std::numeric_limits<std::uint64_t>::max();

    bool fits(const Transaction& transaction) const;
    bool operator==(const FaultMatch&) const = default;
};

struct Fault {
    static constexpr std::size_t max_name = 31;               ///< characters of `target`, `device`, `trouble`
    static constexpr std::size_t max_label = 64;              ///< characters
    static constexpr std::int64_t max_delay = 1'000'000'000;  ///< ns
    static constexpr std::int64_t max_stall = 3'600'000'000'000;  ///< ns
    static constexpr std::int64_t default_pulse = 1'000'000;      ///< ns
    static constexpr std::int64_t max_time = std::numeric_limits<std::int64_t>::max() / 2;

    /** Masters that can wait, because they are engines of ours: both banks of the VPU, CAAM, DCSS, test port.
     */
    static constexpr std::uint32_t patient_masters =
        1u << static_cast<unsigned>(Master::vpu_decoder) | 1u << static_cast<unsigned>(Master::vpu_bank1) |
        1u << static_cast<unsigned>(Master::caam) | 1u << static_cast<unsigned>(Master::dcss) |
        1u << static_cast<unsigned>(Master::test_port);

    FaultKind kind = FaultKind::answer;
    std::optional<FaultMatch> match;  ///< always there for faults on transactions once complete() has seen it
    std::uint64_t nth = 1;            ///< first occurrence that is hit, from 1
    std::int64_t not_before = 0;      ///< virtual time, ns; occurrences before it do not count
    std::uint64_t times = 1;          ///< hits until it is spent, 0: until removed

    // Each kind uses those that its description names.
    Response answer = Response::slverr;
    std::uint64_t mask = 0;  ///< byte n acts on the bytes at addresses with remainder n modulo 8
    World world = World::secure;
    Master master = Master::a53;
    Domain domain = 0;
    std::int64_t duration = 0;  ///< ns; 0 for a pulse: default_pulse
    std::string target;         ///< firewall block
    std::uint32_t offset = 0;   ///< bytes
    std::uint8_t bit = 0;       ///< 0 to 31
    std::string device;         ///< whose interrupt line, or what goes wrong
    std::uint32_t line = 0;     ///< which of its lines, from 0
    std::string trouble;        ///< a name out of Device::possible_faults()
    std::uint64_t value = 0;    ///< what it means to the device; 0: not told

    std::string label;  ///< free text of whoever injects it

    bool on_transaction() const { return kind <= FaultKind::delay; }
    bool on_state() const { return kind > FaultKind::delay && kind < FaultKind::lose_interrupt; }
    bool on_interrupt() const {
        return kind >= FaultKind::lose_interrupt && kind <= FaultKind::spurious_interrupt;
    }
    bool on_device() const { return kind == FaultKind::disturb_device; }
    /** Makes a transaction somebody else's. */
    bool changes_identity() const {
        return kind >= FaultKind::change_world && kind <= FaultKind::change_domain;
    }

    /** Waits for what a device signals, rather than for a transaction or a time. */
    bool waits_for_interrupt() const {
        return kind == FaultKind::lose_interrupt || kind == FaultKind::repeat_interrupt;
    }
    bool waits_for_transaction() const { return match.has_value(); }
    bool waits_for_time() const { return !waits_for_interrupt() && !on_device() && !waits_for_transaction(); }

    /**
     * Fills in what may be left out, and checks the rest as far as it does not depend on the board. An error
     * text that starts with the field's name as in hw/qemu/svp-faults.json, "first: ...".
     */
    std::optional<std::string> complete();

    void exchange(Archive& archive);
    bool operator==(const Fault&) const = default;
};

}  // namespace svp
