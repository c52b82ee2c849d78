// SPDX-License-Identifier: GPL-2.0-or-later
/** A job of VP9 as G2's registers describe it. */
#pragma once

#include <memory>

#include "vpu/g2/registers.hpp"
#include "vpu/job/job.hpp"
#include "vpu/memory_port.hpp"
#include "vpu/vp9/parameters.hpp"

namespace svp::vpu::g2 {

/** What registers of mode 13 ask for. Whether it is possible is the decoder's to say. */
vp9::Parameters vp9_parameters(Registers registers);

std::unique_ptr<Job> make_vp9_job(Registers registers, MemoryPort& port);

}  // namespace svp::vpu::g2
