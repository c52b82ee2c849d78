// SPDX-License-Identifier: GPL-2.0-or-later
/** A job of a decoder, whatever its codec: from registers to a status, in steps. */
#pragma once

#include <cstdint>

namespace svp::vpu {

class Job {
 public:
    virtual ~Job() = default;

    /** Decodes on, a part of the picture; status bits of swreg1 when it is over, 0 before. */
    virtual std::uint32_t step() = 0;

    /** Macroblocks, blocks of 16x16 samples, that a step is about. */
    virtual unsigned macroblocks_per_step() const = 0;
};

}  // namespace svp::vpu
