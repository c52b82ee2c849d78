// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * An NV12 picture in memory that a job predicts from.
 *
 * Luma lines have the stride @p width, chroma lines (Cb and Cr in turn) lie behind all luma lines with the
 * same stride. Lines are fetched when they are first touched, in bands as wide as the picture, and kept for
 * the rest of the job only: memory is read fastest in long pieces. Beyond its edges the picture goes on with
 * the nearest sample, without end.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vpu/job_memory.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu {

/** Lines of a picture: all, or those of one field, counted by themselves. */
enum class Lines : std::uint8_t { all, top, bottom };

class ReferencePicture {
 public:
    /** Lines of luma that are fetched at once; of chroma half as many. */
    static constexpr unsigned band_height = 16;
    /** Largest block that luma() and chroma() give, samples on a side: a macroblock and six-tap filters. */
    static constexpr unsigned max_block = 16 + 5;

    /** Samples, with the distance from a line to the next; good until the next call. */
    struct Block {
        const std::uint8_t* samples;
        std::ptrdiff_t stride;
    };

    /** A picture of @p width times @p height luma samples, multiples of 16, at @p address. */
    ReferencePicture(MemoryPort& port, std::uint32_t address, unsigned width, unsigned height);

    std::uint32_t address() const { return address_; }

    /** @p columns times @p rows samples, at most max_block each, from column @p x and line @p y on. */
    Block luma(int x, int y, int columns, int rows) { return block(luma_, x, y, columns, rows, Lines::all); }
    Block cb(int x, int y, int columns, int rows) { return block(cb_, x, y, columns, rows, Lines::all); }
    Block cr(int x, int y, int columns, int rows) { return block(cr_, x, y, columns, rows, Lines::all); }

    /** The same by the lines of one field, whose lines and edges count then. */
    Block luma(int x, int y, int columns, int rows, Lines lines) {
        return block(luma_, x, y, columns, rows, lines);
    }
    Block cb(int x, int y, int columns, int rows, Lines lines) {
        return block(cb_, x, y, columns, rows, lines);
    }
    Block cr(int x, int y, int columns, int rows, Lines lines) {
        return block(cr_, x, y, columns, rows, lines);
    }

    /** Worst answer of the bus so far. */
    Response answer() const { return answer_; }

 private:
    struct Plane {
        bool luma;
        int width;   ///< samples
        int height;  ///< lines
        JobArray<std::uint8_t> samples;
    };

    Block block(const Plane& plane, int x, int y, int columns, int rows, Lines lines);
    void need(bool luma, int first_line, int last_line);
    void fetch_luma(unsigned band);
    void fetch_chroma(unsigned band);
    void read(std::uint32_t offset, std::span<std::uint8_t> lines);

    MemoryPort& port_;
    std::uint32_t address_;
    unsigned width_;
    unsigned height_;
    std::vector<std::uint8_t> luma_bands_;  ///< 1: fetched
    std::vector<std::uint8_t> chroma_bands_;
    std::vector<std::uint8_t> chroma_lines_;  ///< of a band, as they come from memory
    Plane luma_;
    Plane cb_;
    Plane cr_;
    Response answer_ = Response::okay;
    std::uint8_t beyond_[max_block * max_block];  ///< a block that lies across an edge
};

}  // namespace svp::vpu
