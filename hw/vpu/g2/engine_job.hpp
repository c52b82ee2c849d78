// SPDX-License-Identifier: GPL-2.0-or-later
/** A job of G2 by one of the engines. */
#pragma once

#include <utility>

#include "vpu/g2/registers.hpp"
#include "vpu/job/job.hpp"
#include "vpu/memory_port.hpp"
#include "vpu/result.hpp"

namespace svp::vpu::g2 {

/** Status bits of swreg1; 0 as long as a job goes on. */
constexpr std::uint32_t status_of(Result result) {
    switch (result) {
        case Result::more:
            return 0;
        case Result::done:
            return interrupt::dec_rdy_int;
        case Result::bus_error:
            return interrupt::dec_bus_int;
        case Result::stream_exhausted:
            return interrupt::last_slice_int | interrupt::dec_error_int;
        case Result::stream_error:
        case Result::impossible:
            break;
    }
    return interrupt::dec_error_int;
}

/** @p Decoder has decode_some(), a step, and macroblocks_per_step(). */
template <typename Decoder>
class EngineJob final : public Job {
 public:
    template <typename Parameters>
    EngineJob(const Parameters& parameters, MemoryPort& port) : decoder_(parameters, port) {}

    std::uint32_t step() override { return status_of(decoder_.decode_some()); }
    unsigned macroblocks_per_step() const override { return decoder_.macroblocks_per_step(); }

 private:
    Decoder decoder_;
};

}  // namespace svp::vpu::g2
