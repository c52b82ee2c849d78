// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Moves data for masters that are models of this project.
 *
 * Hardware: the interconnect between a master and the slaves of the i.MX 8M Quad, as far as it decides what
 * arrives: firewalls answer for each transaction, denied reads give zeros, denied writes change nothing.
 *
 * Interface: read(), write() and transform(), from any thread. A range is cut where the rights of its master
 * change. Each piece is one transaction: judged once, at most one record, one match for faults. Data moves in
 * parts, each under RawMemory::lock(); if the policy has changed between two, what is left of a granted piece
 * is judged again, as a transaction of its own. What was denied stays denied.
 *
 * Not modelled: bursts. A transaction is as long as its rights are the same, up to transaction_max bytes; the
 * chip would cut it at 4 KiB.
 */
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "bus/access_judge.hpp"
#include "bus/data_listener.hpp"
#include "bus/raw_memory.hpp"
#include "svp/judgement.hpp"
#include "svp/transaction.hpp"

namespace svp {

class Bus {
 public:
    /** Bytes of RAM that move at most while everything else stands still; of registers slow_factor times
     * fewer. */
    static constexpr std::uint64_t part = 256 * 1024;
    static constexpr std::uint64_t slow_factor = 64;
    /** What a row costs beside its bytes, in bytes. */
    static constexpr std::uint64_t row_cost = 128;
    static constexpr std::uint64_t transaction_max = std::uint64_t{1} << 30;

    struct Result {
        Response answer = Response::okay;  ///< the worst of all transactions
        std::int64_t delay = 0;            ///< by which faults put the end off, ns of virtual time
        bool operator==(const Result&) const = default;
    };

    /** Both must outlive the bus. */
    Bus(AccessJudge& judge, RawMemory& memory) : judge_(judge), memory_(memory) {}

    /** Has @p listener see all data that move, but for observers'; it must outlive the bus. */
    void set_listener(DataListener* listener) { listener_ = listener; }

    /** Bytes of what is denied, and of what lies past the end of the address space, are 0. */
    Result read(const Initiator& by, std::uint64_t address, std::span<std::uint8_t> data,
                const Cargo& cargo = {});
    Result write(const Initiator& by, std::uint64_t address, std::span<const std::uint8_t> data,
                 const Cargo& cargo = {});

    /**
     * The same for the rows of a rectangle, which are rows.width * rows.height bytes of @p data. Each row is
     * judged by itself; the lock is taken for many of them.
     */
    Result read_rows(const Initiator& by, const Rows& rows, std::span<std::uint8_t> data,
                     const Cargo& cargo = {});
    Result write_rows(const Initiator& by, const Rows& rows, std::span<const std::uint8_t> data,
                      const Cargo& cargo = {});

    /**
     * Judges reads of rows, and records, without moving anything. A transaction is as long as the rights are
     * those of its first byte, gaps between rows included.
     */
    Judgement judge_rows(const Initiator& by, const Rows& rows, const Cargo& cargo = {});

    /** What such a read would have moved, of the cells as they are now: see Host::bus_look_rows(). */
    Response look_rows(const Initiator& by, const Rows& rows, std::span<const JudgedPiece> exceptions,
                       std::span<std::uint8_t> data);

    /**
     * Calls @p move(from, to), which makes the bytes at @p to of those at @p from, with the cells of two
     * ranges of RAM, under the lock, if that is as good as read() and write(): both are granted without a
     * trace, and they are the same cells or apart. Otherwise false, and nothing has happened.
     */
    bool transform(const Initiator& by, std::uint64_t source, std::uint64_t target, std::uint64_t size,
                   const std::function<void(const std::uint8_t* from, std::uint8_t* to)>& move,
                   const Cargo& cargo = {});

 private:
    class Transfer;

    /** World, domain and privilege with which @p by is judged; the rest is its caller's to fill in. */
    Transaction identity(const Initiator& by) const;
    bool grants_ram(const Initiator& by, std::uint64_t address, std::uint64_t size, Direction direction);
    void tell(const Cargo& cargo, const Transaction& access, std::uint64_t size);

    AccessJudge& judge_;
    RawMemory& memory_;
    DataListener* listener_ = nullptr;
};

}  // namespace svp
