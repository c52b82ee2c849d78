// SPDX-License-Identifier: GPL-2.0-or-later
/** What makes samples out of what a slice says, whatever their depth. */
#pragma once

#include <memory>

#include "vpu/entropy/payload_reader.hpp"
#include "vpu/hevc/intra_prediction.hpp"
#include "vpu/hevc/picture.hpp"
#include "vpu/hevc/transform.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu::hevc {

class Reconstruction {
 public:
    virtual ~Reconstruction() = default;

    virtual void intra(const IntraBlock& block) = 0;
    /** A prediction block of luma at @p x, @p y and its chroma; sizes in luma samples. */
    virtual void inter(unsigned x, unsigned y, unsigned width, unsigned height, const Motion& motion,
                       const SliceHeader& slice) = 0;
    /** Adds to the block of component @p component at @p x, @p y, in samples of it. */
    virtual void add(unsigned component, unsigned x, unsigned y, const Residual& residual) = 0;
    /** Sets a block of @p size samples to those that @p bits have, @p depth bits each. */
    virtual void raw(unsigned component, unsigned x, unsigned y, unsigned size, PayloadReader& bits,
                     unsigned depth) = 0;

    /** Filters row @p row of coding tree blocks and puts out what is complete by that, all with the last
     * row. From the first to the last, once all is decoded. */
    virtual void finish_row(unsigned row) = 0;

    /** Worst answer of the bus so far. */
    virtual Response answer() const = 0;

    /** For @p picture, which must outlive it. */
    static std::unique_ptr<Reconstruction> make(Picture& picture, MemoryPort& port);
};

}  // namespace svp::vpu::hevc
