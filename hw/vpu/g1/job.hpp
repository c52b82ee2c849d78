// SPDX-License-Identifier: GPL-2.0-or-later
/** A job of G1, whatever its mode. */
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "vpu/g1/registers.hpp"
#include "vpu/job/job.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu::g1 {

/** What this decoder decodes. */
inline constexpr std::string_view codec_names[] = {"h264", "mpeg2", "vp8"};

/** Place of the registers' codec in codec_names; past its end if it is none of them. */
std::size_t codec(Registers registers);

/** The picture is one field of a frame. */
bool field(Registers registers);

/** The job that @p registers ask for, with all of memory by @p port; null if this decoder has no such mode.
 */
std::unique_ptr<Job> make_job(Registers registers, MemoryPort& port);

}  // namespace svp::vpu::g1
