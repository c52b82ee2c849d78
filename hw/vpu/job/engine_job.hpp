// SPDX-License-Identifier: GPL-2.0-or-later
/** A job by one of the engines. */
#pragma once

#include "vpu/job/job.hpp"
#include "vpu/job/register_field.hpp"
#include "vpu/memory_port.hpp"
#include "vpu/result.hpp"

namespace svp::vpu {

/** Status bits of swreg1; 0 as long as a job goes on. @p stream_end is the bit that says, beside that of an
 * error, that the stream was too short. */
constexpr std::uint32_t status_of(Result result, std::uint32_t stream_end) {
    switch (result) {
        case Result::more:
            return 0;
        case Result::done:
            return interrupt::dec_rdy_int;
        case Result::bus_error:
            return interrupt::dec_bus_int;
        case Result::stream_exhausted:
            return stream_end | interrupt::dec_error_int;
        case Result::stream_error:
        case Result::impossible:
            break;
    }
    return interrupt::dec_error_int;
}

/** @p Decoder has decode_some(), a step, and macroblocks_per_step(). */
template <typename Decoder, std::uint32_t stream_end>
class EngineJob final : public Job {
 public:
    template <typename Parameters>
    EngineJob(const Parameters& parameters, MemoryPort& port) : decoder_(parameters, port) {}

    std::uint32_t step() override { return status_of(decoder_.decode_some(), stream_end); }
    unsigned macroblocks_per_step() const override { return decoder_.macroblocks_per_step(); }

 private:
    Decoder decoder_;
};

}  // namespace svp::vpu
