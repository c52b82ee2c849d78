// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a device core may ask of the emulator around it.
 *
 * In the emulator the C adapters in hw/qemu answer; in unit tests tests/unit/fake_host.hpp does. A core never
 * sees anything else of the outside, and never learns where in the address space it sits.
 */
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "svp/judgement.hpp"
#include "svp/refusal.hpp"
#include "svp/transaction.hpp"

namespace svp {

/** Why a core logs: the guest did something the manual forbids, or something this model does not have. */
enum class LogKind : std::uint8_t { guest_error, unimplemented };

/** What is to go wrong in a device now; of the two numbers those that the fault means. */
struct DeviceFault {
    std::uint64_t value;    ///< 0 if none was told
    std::int64_t duration;  ///< ns, 0 if none was told
};

/** A job that a device has ended, whether well or not; for whoever traces the board. */
struct JobReport {
    std::uint64_t number;      ///< from 1, since the device's reset
    std::string_view kind;     ///< a literal: what was done, "vp8"
    std::uint32_t status;      ///< as the device's software sees it
    std::uint64_t bytes_read;  ///< from memory
    std::uint64_t bytes_written;
};

/** Power of the application cores: an ability of a power controller's host. */
class CorePower {
 public:
    /** Starts application core @p cpu at @p entry in EL3, AArch64, secure, as after its power-on reset. */
    virtual void cpu_on(unsigned cpu, std::uint64_t entry) = 0;

    /** Takes power from application core @p cpu. */
    virtual void cpu_off(unsigned cpu) = 0;

    /** True while application core @p cpu is stopped in WFI or WFE. */
    virtual bool cpu_halted(unsigned cpu) = 0;

 protected:
    ~CorePower() = default;
};

class DataFollower;

class Host {
 public:
    virtual ~Host() = default;

    /** Drives interrupt output @p line (0-based, below Device::irq_lines()) to @p level. */
    virtual void set_irq(unsigned line, bool level) = 0;

    /** Virtual time in nanoseconds; never goes back, stands still while the machine is stopped. */
    virtual std::int64_t now() = 0;

    /** Calls Device::timer_expired(@p timer) at virtual time @p deadline (ns); replaces an earlier deadline.
     */
    virtual void schedule(unsigned timer, std::int64_t deadline) = 0;

    /** Takes back what schedule() asked for; without effect when nothing is pending. */
    virtual void cancel(unsigned timer) = 0;

    /** One line for the log, without line end. */
    virtual void log(LogKind kind, std::string_view message) = 0;

    /**
     * Fills @p bytes with random numbers for the guest. They come from where the emulator takes its own, so
     * that a run with a seed, or a replayed one, has the same. Not in a constructor or set_property(): what
     * is made only to be looked at must not use any up. From work(), inside exclusive().
     */
    virtual void random(std::span<std::uint8_t> bytes) = 0;

    /** Power of the application cores; null where the device has no say in that. */
    virtual CorePower* core_power() { return nullptr; }

    /** Who is told what becomes of the data that a master moves; null where nobody is. */
    virtual DataFollower* data_follower() { return nullptr; }

    /** The firewalls' policy has changed; address-range views must be worked out anew. */
    virtual void policy_changed() = 0;

    /**
     * Puts on record that this block refused @p access by itself: once for each refused access to a register,
     * with the Transaction that the register access came with. The bus monitor leaves out those of an
     * observer (Transaction::debug) and counts repetitions cheaply. From work(), inside exclusive().
     */
    virtual void refused(const Transaction& access, const Refusal& refusal) = 0;

    /**
     * Writes a file on the host, for an observer; one of that name is replaced, as a whole or not at all.
     * False: it could not be written, and one line has told whoever runs the emulator why, and that there
     * will be no more of them. Anywhere in work(), and takes its time.
     */
    virtual bool store(const std::string& path, std::span<const std::uint8_t> data) {
        static_cast<void>(path);
        static_cast<void>(data);
        return false;
    }

    /**
     * Asks at each occasion whether the device's fault @p name, one of Device::possible_faults(), is to
     * happen; that counts the occasion. Cheap where no fault waits. From work(), inside exclusive().
     */
    virtual std::optional<DeviceFault> fault(std::string_view name) {
        static_cast<void>(name);
        return std::nullopt;
    }

    /** A job has ended. Cheap where nobody traces. From work(), inside exclusive(). */
    virtual void job_ended(const JobReport& job) { static_cast<void>(job); }

    /**
     * Reads memory or registers as a bus master; by way of the firewalls, which give it domain, privilege
     * and, unless it says so itself, world.
     *
     * A range that the firewalls cut into pieces is one transaction, and at most one record, a piece. Bytes
     * of a denied piece are zero. The answer is the worst of all pieces.
     */
    virtual Response bus_read(const Initiator& by, std::uint64_t address, std::span<std::uint8_t> data) = 0;

    /** The same for writing; a denied piece changes nothing. */
    virtual Response bus_write(const Initiator& by, std::uint64_t address,
                               std::span<const std::uint8_t> data) = 0;

    /**
     * The same for the rows of a rectangle, rows.width * rows.height bytes of @p data. A row that has rights
     * of its own is a transaction of its own; rows without a gap are one range.
     */
    virtual Response bus_read_rows(const Initiator& by, const Rows& rows, std::span<std::uint8_t> data) = 0;
    virtual Response bus_write_rows(const Initiator& by, const Rows& rows,
                                    std::span<const std::uint8_t> data) = 0;

    /**
     * What would become of bus_read_rows(), for data that nobody looks at: the firewalls judge and record as
     * for a read, faults hit, and nothing is read. Rows with the same rights are one transaction, with the
     * gaps between them; at most one record for each range with rights of its own, however many rows it has.
     */
    virtual Judgement bus_judge_rows(const Initiator& by, const Rows& rows) = 0;

    /**
     * The data of a read that bus_judge_rows() has judged, for an observer: as the cells are now, with what
     * has become of that read. A piece of @p exceptions that was denied is zero, one that a fault has let
     * pass or edited is so here. All other bytes are judged anew, as the observer's. Leaves no record.
     *
     * @param exceptions pieces by rising addresses, apart from each other
     * @return the worst answer of all pieces
     */
    virtual Response bus_look_rows(const Initiator& by, const Rows& rows,
                                   std::span<const JudgedPiece> exceptions, std::span<std::uint8_t> data) = 0;

    /**
     * Moves @p size bytes from one range of memory to another as bus_read() and bus_write() would, but by
     * @p move(from, to), which gets the cells themselves and may write anything that it makes of them. Only
     * where that makes no difference: both ranges are RAM and permitted, no injected fault waits for such an
     * access, and they are the same or apart. Otherwise false, and nothing has happened.
     *
     * The policy does not change during @p move, for which everything else stands still: it must be over in
     * tens of microseconds. Others see the cells: it must not read @p to, and must write nothing there but
     * what is to stay, and throws nothing.
     */
    virtual bool bus_transform(
        const Initiator& by, std::uint64_t source, std::uint64_t target, std::size_t size,
        const std::function<void(const std::uint8_t* from, std::uint8_t* to)>& move) = 0;

    /**
     * Nanoseconds of virtual time by which injected faults delay the answers to the bus accesses since the
     * last call, 0 nearly always. The accesses themselves have not waited: a core that tells its driver of
     * their end does so that much later, by schedule(). Belongs inside exclusive(), as all calls but the bus
     * accesses.
     */
    virtual std::int64_t bus_delay() = 0;

    /**
     * Asks for a call of Device::work(), which comes later: on a thread beside the emulator, or in order with
     * virtual time if the machine was told to be repeatable. Returns at once; what is asked for before that
     * call has begun is one call, what is asked for during it is another one.
     */
    virtual void request_work() = 0;

    /**
     * True while work() should return at the next point where state can be saved: the machine stops, the
     * device is reset, or others must have a turn. Only for work(), which asks at least every few tens of
     * milliseconds.
     */
    virtual bool work_must_end() = 0;

    /**
     * What work() has done since the last call takes about @p nanoseconds. A machine that is to be repeatable
     * decides by the sum, and not by a clock, when others must have a turn. Anywhere in work().
     */
    virtual void work_takes(std::uint64_t nanoseconds) { static_cast<void>(nanoseconds); }

    /**
     * Runs @p section so that no other member of the device runs meanwhile. Only work() needs it, for
     * everything that others touch too. Keep it short: the emulator stands still. All calls of Host but
     * work_must_end() and bus accesses belong inside of it; those are allowed anywhere in work(), and take
     * their time better outside.
     */
    virtual void exclusive(const std::function<void()>& section) = 0;
};

}  // namespace svp
