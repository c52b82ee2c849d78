// SPDX-License-Identifier: GPL-2.0-or-later
/** A job of HEVC as G2's registers describe it. */
#pragma once

#include <memory>

#include "vpu/g2/registers.hpp"
#include "vpu/hevc/parameters.hpp"
#include "vpu/job/job.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu::g2 {

/** What registers of mode 12 ask for. Whether it is possible is the decoder's to say. */
hevc::Parameters hevc_parameters(Registers registers);

/** A job of them. */
std::unique_ptr<Job> make_hevc_job(Registers registers, MemoryPort& port);

}  // namespace svp::vpu::g2
