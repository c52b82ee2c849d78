// SPDX-License-Identifier: GPL-2.0-or-later
/** A job of G2, whatever its codec. */
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "vpu/g2/registers.hpp"
#include "vpu/job/job.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu::g2 {

/** What this decoder decodes. */
inline constexpr std::string_view codec_names[] = {"hevc", "vp9"};

/** Place of the registers' codec in codec_names; past its end if it is none of them. */
std::size_t codec(Registers registers);

/** The job that @p registers ask for, with all of memory by @p port; null if this decoder has no such codec.
 */
std::unique_ptr<Job> make_job(Registers registers, MemoryPort& port);

}  // namespace svp::vpu::g2
