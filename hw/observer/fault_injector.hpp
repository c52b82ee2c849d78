// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Decides which of the faults on its list happen when.
 *
 * Hardware: none. Stands where a disturbed bus, a glitched register or a bad solder joint would.
 *
 * Interface: pure decisions. Whoever moves a transaction calls before() and obeys the Outcome; whoever wires
 * an interrupt line passes its level through set_line(); time passes by expired(). What is to be done
 * elsewhere (registers, lines, views, timer) piles up as effects, and the owner takes them after each call.
 * The same calls in the same order give the same results. With nothing armed, armed() is false and set_line()
 * returns the level it got: one branch each.
 *
 * Faults act in the order of their identifiers. All are matched against the transaction as its master sent
 * it; a fault that changes world, master or domain does not make another one match.
 *
 * Transactions that never ask: an address-range view gives CPUs plain RAM. watched() and last_before_edge()
 * tell which addresses armed faults wait at, so that the view keeps them behind its fence; windows are
 * widened to 4 KiB pages there.
 *
 * Not modelled: transactions of other masters while a delayed one waits are not held up by it.
 */
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bus/outcome.hpp"
#include "observer/fault.hpp"
#include "svp/archive.hpp"
#include "svp/transaction.hpp"

namespace svp {

/** Something the owner has to do. */
struct FaultEffect {
    enum class Kind : std::uint8_t {
        change_register,  ///< register `offset` of block `target`: clear bits `clear`, then invert bits
                          ///< `invert`
        lose_state,       ///< block `target` gets its power-on state
        drive_line,       ///< interrupt line `line` has the level `level`
        watch_changed,    ///< watched() may answer otherwise than before
    };
    Kind kind;
    unsigned target = 0;
    std::uint32_t offset = 0;
    std::uint32_t clear = 0;
    std::uint32_t invert = 0;
    unsigned line = 0;
    bool level = false;
    std::uint32_t fault = 0;  ///< whose effect on a register or on state it is
    bool operator==(const FaultEffect&) const = default;
};

class FaultInjector {
 public:
    static constexpr std::size_t max_faults = 256;
    static constexpr std::size_t max_lines = 1024;

    /** Firewall block that has IOMUXC_GPR10. */
    static constexpr std::string_view gpr_target = "gpr";

    /** One fault on the list. */
    struct Entry {
        std::uint32_t id = 0;  ///< from 1, never used twice
        Fault fault;
        std::uint64_t matches = 0;   ///< occurrences that fitted
        std::uint64_t hits = 0;      ///< of them, those that the fault changed
        std::int64_t last_hit = -1;  ///< virtual time, ns; -1: never

        bool spent() const { return fault.times != 0 && hits >= fault.times; }
        bool operator==(const Entry&) const = default;
    };

    /** Result of inject(): an identifier, or what is wrong with which field. */
    struct Injected {
        std::uint32_t id = 0;
        std::string error;
    };

    // Construction: blocks and lines that faults may name.

    /** A firewall block; gives the number by which effects name it. */
    unsigned add_target(std::string name);
    /** An interrupt line of a device; gives the number by which calls and effects name it. Starts low. */
    unsigned add_line(std::string device, std::uint32_t number);
    std::size_t line_count() const { return lines_.size(); }
    /** A device with the names of what may go wrong in it; gives the number for device_fault(). */
    unsigned add_device(std::string name, std::vector<std::string_view> troubles);

    // The list.

    Injected inject(Fault fault, std::int64_t now);
    /** Takes a fault off the list and ends what it still does to lines. False: there is none of that number.
     */
    bool remove(std::uint32_t id);
    void clear();
    const std::vector<Entry>& list() const { return entries_; }
    /** Above the identifiers of all faults that have ever been on the list. */
    std::uint32_t next_id() const { return next_id_; }

    /** True while a line may be driven otherwise than by its device; wake_at() may then change with any call.
     */
    bool lines_armed() const { return lines_armed_; }

    // Transactions, interrupt lines, devices.

    /** True while some fault waits for transactions. */
    bool armed() const { return transactions_armed_; }

    /** Judges a transaction on its way to the firewall; changes world, master and domain in place. */
    Outcome before(Transaction& transaction, std::int64_t now) {
        return armed() && !transaction.debug ? hit(transaction, now) : Outcome{};
    }

    /** A device drives its line to @p level; the level that its receiver is to see. */
    bool set_line(unsigned line, bool level, std::int64_t now) {
        if (!lines_armed_) {
            lines_[line].level = level;
            return level;
        }
        return disturb_line(line, level, now);
    }

    /** An occasion of @p trouble of a device; the fault that happens now, if one does. */
    const Fault* device_fault(unsigned device, std::string_view trouble, std::int64_t now) {
        return devices_armed_ ? hit_device(device, trouble, now) : nullptr;
    }

    // Time.

    /** Virtual time at which expired() has something to do. */
    std::optional<std::int64_t> wake_at() const;
    void expired(std::int64_t now);

    // What is to be done.

    bool has_effects() const { return !effects_.empty(); }
    std::vector<FaultEffect> take_effects();

    // Views.

    /** True if some armed fault waits for transactions of one of @p masters on the page of @p address. */
    bool watched(std::uint64_t address, World world, Direction direction,
                 std::uint32_t masters = FaultMatch::all_masters) const;
    /** Last address up to which watched() gives the same answers, counted from @p address. */
    std::uint64_t last_before_edge(std::uint64_t address) const;

    /** The board is reset: all lines are low and no pulse goes on. The list stays. */
    void reset_lines();

    /** Puts list and lines into the archive; targets and lines must be those of construction. */
    void exchange(Archive& archive);

 private:
    struct Line {
        std::string device;
        std::uint32_t number = 0;
        bool level = false;             ///< as the device drives it
        std::uint32_t blocked_by = 0;   ///< fault that swallows the present signal, 0: none
        std::uint32_t forced_by = 0;    ///< fault whose pulse is on the line, 0: none
        std::int64_t forced_until = 0;  ///< ns
        bool output() const { return (level && blocked_by == 0) || forced_by != 0; }
        bool disturbed() const { return blocked_by != 0 || forced_by != 0; }
    };

    struct Named {
        std::string name;
        std::vector<std::string_view> troubles;
    };

    Outcome hit(Transaction& transaction, std::int64_t now);
    const Fault* hit_device(unsigned device, std::string_view trouble, std::int64_t now);
    std::string unknown_trouble(const Fault& fault) const;
    bool disturb_line(unsigned number, bool level, std::int64_t now);
    bool occurrence(Entry& entry, std::int64_t now);
    void happen(Entry& entry, std::int64_t now);
    void act(const Entry& entry, Transaction& transaction, Outcome& outcome) const;
    void signal_changed(unsigned number, bool rising, std::int64_t now);
    void pulse(unsigned number, std::uint32_t fault, std::int64_t until);
    void release_lines(std::uint32_t fault);
    std::string unknown_name(const Fault& fault) const;
    std::optional<unsigned> target_number(std::string_view name) const;
    std::optional<unsigned> line_number(std::string_view device, std::uint32_t number) const;
    void rearm();
    void exchange_entry(Archive& archive, Entry& entry, std::uint32_t previous);
    void exchange_line(Archive& archive, Line& line);

    std::vector<std::string> targets_;
    std::vector<Line> lines_;
    std::vector<Named> devices_;
    std::vector<Entry> entries_;
    std::vector<FaultEffect> effects_;
    std::uint32_t next_id_ = 1;
    bool transactions_armed_ = false;
    bool devices_armed_ = false;  ///< some fault waits for a device
    bool lines_armed_ = false;    ///< some fault waits for interrupts, or some line is disturbed
};

}  // namespace svp
