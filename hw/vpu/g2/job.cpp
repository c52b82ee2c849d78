// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/g2/job.hpp"

#include <iterator>

#include "vpu/g2/hevc_job.hpp"
#include "vpu/g2/vp9_job.hpp"

namespace svp::vpu::g2 {

std::size_t codec(Registers registers) {
    switch (value(registers, dec_mode)) {
        case mode_hevc:
            return 0;
        case mode_vp9:
            return 1;
        default:
            return std::size(codec_names);
    }
}

std::unique_ptr<Job> make_job(Registers registers, MemoryPort& port) {
    switch (value(registers, dec_mode)) {
        case mode_hevc:
            return make_hevc_job(registers, port);
        case mode_vp9:
            return make_vp9_job(registers, port);
        default:
            return nullptr;
    }
}

}  // namespace svp::vpu::g2
