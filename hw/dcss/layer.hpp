// SPDX-License-Identifier: GPL-2.0-or-later
/** A channel's picture on its way to the screen: fetched, unpacked, turned, scaled and converted, by lines.
 */
#pragma once

#include <cstdint>

#include "dcss/channel.hpp"
#include "dcss/colour.hpp"
#include "dcss/row.hpp"
#include "dcss/scaler.hpp"
#include "dcss/source.hpp"
#include "svp/host.hpp"

namespace svp::dcss {

class Layer {
 public:
    /** From now on it is this picture, of which @p width pixels of a line are wanted, with alpha or without.
     */
    void set(const Channel& channel, const ColourPipe& colours, std::uint32_t width, bool alpha);

    /** The picture is the same in all but its addresses from now on. */
    void move_to(const Channel& channel) { source_.move_to(channel); }

    /** Reads the picture as a judged fetch has met with it; the worst answer to that. */
    Response read(Host& host, const FetchExceptions& exceptions);

    /** The next part of that; false at the end. */
    bool read_part(Host& host, const FetchExceptions& exceptions, Source::Reading& reading);

    /** How many there are. */
    std::uint32_t parts() const { return source_.parts(); }

    /** True if the last reading has found something else for line @p y of the scaled picture. */
    bool changed(std::uint32_t y) const;

    /** Red, green, blue and, if wanted, alpha of line @p y; they stay until the next call. */
    SampleRows line(std::uint32_t y);

 private:
    ColourPipe colours_;
    std::uint32_t width_ = 0;
    bool two_groups_ = false;
    Source source_;
    Scaler scaler_;         ///< of all components, or of luma
    Scaler chroma_scaler_;  ///< of Cb and Cr, if they are a group of their own
    RowSet converted_;
};

}  // namespace svp::dcss
