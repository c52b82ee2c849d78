// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which granules of one memory hold marked data: 64 bytes each, so that a row of a picture or a sample of a
 * film has its own. Memory is taken by the page of 4 KiB, when something in it is marked.
 */
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "svp/archive.hpp"

namespace svp {

/** Where marked data come from: a number of the leak oracle's. 0: they are not marked. */
using Mark = std::uint16_t;

class DataMarks {
 public:
    static constexpr std::uint64_t granule = 64;  ///< bytes
    static constexpr std::uint64_t page = 4096;   ///< bytes

    struct Found {
        std::uint64_t offset;
        Mark mark;
    };

    /** Of a memory of @p size bytes, all of them unmarked. */
    explicit DataMarks(std::uint64_t size) : size_(size), pages_((size + page - 1) / page) {}

    std::uint64_t size() const { return size_; }

    // All ranges have at least one byte and lie inside of the memory.

    Mark at(std::uint64_t offset) const;

    /** The first marked byte among @p size from @p offset on. */
    std::optional<Found> first(std::uint64_t offset, std::uint64_t size) const;

    /** Marks every granule that the range touches; @p mark is not 0. */
    void set(std::uint64_t offset, std::uint64_t size, Mark mark);

    /** Unmarks every granule that lies in the range as a whole. */
    void clear(std::uint64_t offset, std::uint64_t size);

    /** Unmarks everything. */
    void clear();

    /** Calls @p each(first, last, mark) for the marked bytes of a range, in rising order, in runs of one
     * mark.
     */
    void for_each(std::uint64_t offset, std::uint64_t size,
                  const std::function<void(std::uint64_t, std::uint64_t, Mark)>& each) const;

    /** Marked granules. */
    std::uint64_t marked() const { return marked_; }

    /**
     * Marks of a stream are at most @p highest. If there are very many runs, a saved page is one of its marks
     * as a whole.
     */
    void exchange(Archive& archive, Mark highest);

 private:
    static constexpr std::size_t granules = page / granule;
    using Page = std::array<Mark, granules>;
    struct Run {
        std::uint64_t first;  ///< granule
        std::uint64_t count;  ///< granules
        Mark mark;
    };

    Mark mark_of(std::uint64_t number) const {
        const auto& at = pages_[number / granules];
        return at == nullptr ? Mark{0} : (*at)[number % granules];
    }
    void put(std::uint64_t number, Mark mark);
    std::vector<Run> runs(bool coarse) const;

    std::uint64_t size_;
    std::vector<std::unique_ptr<Page>> pages_;
    std::uint64_t marked_ = 0;
};

}  // namespace svp
