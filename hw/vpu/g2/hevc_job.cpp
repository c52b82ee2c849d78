// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/g2/hevc_job.hpp"

namespace svp::vpu::g2 {

std::unique_ptr<Job> make_hevc_job(Registers registers, MemoryPort& port) {
    static_cast<void>(registers);
    static_cast<void>(port);
    return nullptr;
}

}  // namespace svp::vpu::g2
