// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Follows data that non-secure software may not read, and tells when it gets somewhere where such software
 * is.
 *
 * Hardware: none.
 *
 * Interface: protected are cells of RAM that the programmed firewalls deny to reads of a non-secure CPU, at
 * every address at which they appear. What a master reads of them is marked; so are all granules of 64 bytes
 * that it writes afterwards, until forget() says that nothing of it is left in the master's buffers. What is
 * written to protected cells is marked as having arrived there, whoever wrote it. An event (leak_log.hpp) is:
 * marked data written to cells that are not protected, or shown in registers; cells that hold some and lose
 * their protection; protected or marked cells read by a master that is not followed; and a CPU that leaves
 * the secure world after it has read some. Followed masters are those that keep their data where only they
 * themselves write it: video decoders, display, CAAM, and the CPUs in the secure world.
 *
 * Bounds: work of a call grows with the bytes that it is about, divided by the granule. At most 4095 origins
 * are told apart; a further one counts as the one that it comes from.
 *
 * Not modelled: see "The leak oracle" in the README beside.
 */
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "bus/data_listener.hpp"
#include "observer/data_marks.hpp"
#include "observer/leak_log.hpp"

namespace svp {

/** Addresses from `first` to `last`. */
struct AddressRange {
    std::uint64_t first;
    std::uint64_t last;
    bool operator==(const AddressRange&) const = default;
};

class LeakOracle final : public DataListener {
 public:
    static constexpr std::size_t max_origins = 4095;
    static constexpr unsigned cpus = 8;
    /** Holders of CPUs begin here; those of devices follow. */
    static constexpr Holder first_cpu = 1;
    static constexpr Holder first_device = first_cpu + cpus;

    /** What the firewalls say to a read of a non-secure CPU. */
    struct Rights {
        /** Ranges that it may read in [@p first, @p first + @p length), whatever its privilege: in rising
         * order, apart. */
        std::function<std::vector<AddressRange>(std::uint64_t first, std::uint64_t length)> readable;
        /** It may read the register at an address. */
        std::function<bool(std::uint64_t address)> reads_register;
    };

    /** @p now gives virtual time, ns. @p found is told of each event; @p again: a record has taken it in. */
    LeakOracle(std::function<std::int64_t()> now, std::function<void(const Leak&, bool again)> found);

    void set_rights(Rights rights) { rights_ = std::move(rights); }

    /** A memory of @p fitted bytes that appears from @p base on, again and again for @p window bytes. */
    void add_memory(std::uint64_t base, std::uint64_t window, std::uint64_t fitted);

    /** Buffers whose data are to be followed; to be called in the same order in each process that shares
     * states. */
    Holder add_holder();

    // From the bus; also for accesses of CPUs and of masters that are none of ours.

    void read(const Cargo& cargo, const Transaction& access, std::uint64_t size) override;
    void written(const Cargo& cargo, const Transaction& access, std::uint64_t size) override;

    /** Nothing that was read before is in the buffers any more. */
    void forget(Holder holder) { holders_[holder] = 0; }
    /** What is in the buffers is in registers at @p address now, too. */
    void show(Holder holder, Master master, std::uint64_t address);
    /** CPU @p number is in the non-secure world from now on. */
    void left_secure_world(unsigned number);

    /** The policy is another one than before. */
    void policy_changed();

    /**
     * Until the call with false, changes of the policy come of a reset, or of loading a state.
     * What they open is no event.
     */
    void hold(bool on);
    /** The machine is reset: what its memories hold is not known any more. */
    void reset();

    /** True if a non-secure CPU's read of @p address is kept out, at that address or at another one. */
    bool is_protected(std::uint64_t address) const;

    const LeakLog& log() const { return log_; }
    void clear_log() { log_.clear(); }
    /** From where data with @p mark came, the first step first. */
    std::vector<LeakStep> path(Mark mark) const;
    /** Granules that are marked, in all memories. */
    std::uint64_t marked() const;

    void exchange(Archive& archive);

 private:
    struct Memory {
        std::uint64_t base;
        std::uint64_t window;
        DataMarks marks;
        std::vector<AddressRange> closed;  ///< protected cells, by their offset
    };
    /** A step, and what the data were marked with before it. */
    struct Origin {
        Mark before = 0;
        LeakStep step{};
    };
    /** Consecutive cells. */
    struct Piece {
        Memory* memory;  ///< null: no RAM
        std::uint64_t offset;
        std::uint64_t size;
        std::uint64_t address;  ///< of the first one, as it was given
    };

    template <typename Each>
    void each_piece(std::uint64_t address, std::uint64_t size, const Each& each);
    Memory* memory_at(std::uint64_t address);
    static const AddressRange* closed_at(const Memory& memory, std::uint64_t offset);
    std::vector<AddressRange> closed_now(const Memory& memory) const;
    void adopt(bool tell);
    Mark origin(Mark before, const LeakStep& step);
    Mark origin_of(const Piece& piece, Master master, std::uint64_t& first);
    void write_piece(const Transaction& access, const Piece& piece, Mark mark);
    void tell(LeakKind kind, Mark mark, Master master, World world, Stream stream, AddressRange where,
              std::uint64_t bytes);
    void exchange_origins(Archive& archive);

    std::function<std::int64_t()> now_;
    std::function<void(const Leak&, bool)> found_;
    Rights rights_;
    std::vector<Memory> memories_;
    std::vector<Mark> holders_;
    std::vector<Origin> origins_;  ///< of mark n at n - 1
    std::map<std::tuple<Mark, Master, std::uint64_t, bool>, Mark> known_origins_;
    LeakLog log_;
    bool held_ = false;
    bool pending_ = false;  ///< the policy has changed meanwhile
};

}  // namespace svp
