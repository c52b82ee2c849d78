// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Context loader (CTXLD): writes registers from lists in memory, while nothing is being shown.
 *
 * A list has items of eight bytes, a value and the register's address on the bus, both little endian. There
 * are three lists: the double-buffered context, then the single-buffered one with high priority, and, right
 * behind it in memory, the one with low priority. A list that goes over the last address of 32 lines goes on
 * at 0.
 *
 * Not modelled: which line each list is loaded at. All three are loaded at the start of a frame, in that
 * order, items_per_step items at once; further ones follow step by step.
 */
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "svp/archive.hpp"
#include "svp/transaction.hpp"

namespace svp::dcss {

class ContextLoader {
 public:
    static constexpr std::uint32_t items_per_step = 1024;

    /** What the loader works on. */
    class Port {
     public:
        virtual ~Port() = default;
        /** Reads a part of a list, on from 0 behind the last address; whatever the answer, @p data is filled.
         */
        virtual Response read_list(std::uint32_t address, std::span<std::uint8_t> data) = 0;
        /** False if no register that a list may write is at that bus address. */
        virtual bool write_register(std::uint32_t address, std::uint32_t value) = 0;
    };

    /** Where the lists are, in bytes and items; counts are at most 0xffff. */
    struct Lists {
        std::uint32_t db_base = 0;
        std::uint32_t db_count = 0;
        std::uint32_t sb_base = 0;
        std::uint32_t sb_hp_count = 0;
        std::uint32_t sb_lp_count = 0;
    };

    /** How a step ended. */
    struct Outcome {
        bool more = false;            ///< there are items left: another step is due
        std::uint32_t statuses = 0;   ///< bits of CONTROL_STATUS to set, ahb_err among them
        bool address_failed = false;  ///< then failed_address is that of the step's first such item
        std::uint32_t failed_address = 0;
        std::uint32_t items = 0;  ///< written to registers
    };

    /** Begins with the first list. */
    void begin(const Lists& lists);
    /** Forgets what is left. */
    void stop() { running_ = false; }
    bool running() const { return running_; }

    /**
     * Loads up to items_per_step items. At the end of the last list, all completion bits are due together:
     * also for lists without an item. A list that cannot be read ends it with rd_err and without completion;
     * an item for an address that no register is at is left out, with ahb_err.
     */
    Outcome step(Port& port);

    void exchange(Archive& archive);

 private:
    struct List {
        std::uint32_t base;
        std::uint32_t count;
    };
    static constexpr unsigned list_count = 3;
    static constexpr std::uint32_t item_size = 8;

    bool load(Port& port, const List& list, std::uint32_t count, Outcome& outcome) const;

    bool running_ = false;
    std::array<List, list_count> lists_{};
    std::uint32_t list_ = 0;  ///< the one under way, list_count after the last one
    std::uint32_t item_ = 0;  ///< the next one of it
};

}  // namespace svp::dcss
