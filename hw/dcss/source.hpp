// SPDX-License-Identifier: GPL-2.0-or-later
/** A channel's picture as it is in memory, read as a whole, and unpacked line by line. */
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "dcss/channel.hpp"
#include "dcss/fetches.hpp"
#include "dcss/row.hpp"
#include "svp/host.hpp"

namespace svp::dcss {

class Source {
 public:
    /** Components that are scaled alike. */
    enum class Group : std::uint8_t { all, luma, chroma };

    /** How far a picture is read. */
    struct Reading {
        unsigned plane = 0;
        std::size_t row = 0;
        Response worst = Response::okay;  ///< answer to the reads until now
    };

    /** Forgets what it has read; @p alpha says whether that is wanted. */
    void set(const Channel& channel, bool alpha);

    /** The picture is the same in all but its addresses from now on; what is read there is compared with what
     * it was. */
    void move_to(const Channel& channel) { channel_.planes = channel.planes; }

    /**
     * Reads the next part of the picture, of a fraction of a millisecond, as an observer: the frame itself
     * has been judged. What has changed since the last time is known to changed() at the end.
     * @return false at the end.
     */
    bool read_part(Host& host, const FetchExceptions& exceptions, Reading& reading);

    /** How many parts there are. */
    std::uint32_t parts() const;

    /** True if the last time has found line @p y of a group changed, after flips and rotation. */
    bool changed(Group group, std::uint32_t y) const;

    /** Unpacks line @p y of a group, after flips and rotation, to rows of that group. */
    void line(Group group, std::uint32_t y, RowSet& rows);

 private:
    /** A plane's bytes: rows of lines or tiles, and behind them what steps may read too much. */
    struct Bytes {
        std::vector<std::uint8_t> now;
        std::vector<bool> changed;  ///< by row
        std::size_t row = 0;        ///< bytes of one
        bool known = false;         ///< all of it has been read
    };
    static constexpr std::size_t spare = 256;

    static constexpr unsigned plane_of(Group group, Coding coding) {
        return group == Group::chroma && coding == Coding::planes ? 1 : 0;
    }
    std::uint32_t stored_line(Group group, std::uint32_t y) const;
    bool mirrored() const { return channel_.flip_x != (channel_.quarter_turns == 2); }
    static std::size_t rows_of_part(const Bytes& bytes);
    void take(Bytes& bytes, std::size_t first, std::size_t count);
    const std::uint8_t* line_of_plane(unsigned number, std::uint32_t y);
    const std::uint8_t* column(std::uint32_t y);
    const std::uint8_t* pixel(std::uint32_t x, std::uint32_t y) const;
    void unpack(Group group, const std::uint8_t* bytes, RowSet& rows) const;

    Channel channel_;
    bool alpha_ = false;
    std::array<Bytes, 2> bytes_;
    std::vector<std::uint8_t> arriving_;  ///< rows of a part
    std::vector<std::uint8_t> line_;      ///< of tiles, put together
};

}  // namespace svp::dcss
