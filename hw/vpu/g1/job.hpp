// SPDX-License-Identifier: GPL-2.0-or-later
/** A job of G1, whatever its mode. */
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "vpu/g1/registers.hpp"
#include "vpu/job/job.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu::g1 {

/** What this decoder decodes. */
inline constexpr std::string_view codec_names[] = {"h264", "mpeg2", "vp8"};

class Job : public vpu::Job {
 public:
    /** The job that @p registers ask for, with all of memory by @p port; null if this decoder has no such
     * mode. */
    static std::unique_ptr<Job> make(Registers registers, MemoryPort& port);

    /** Whether make() can make one. */
    static bool possible(Registers registers);

    /** Place of the registers' codec in codec_names; past its end if it is none of them. */
    static std::size_t codec(Registers registers);

    /** The picture is one field of a frame. */
    static bool field(Registers registers);
};

}  // namespace svp::vpu::g1
