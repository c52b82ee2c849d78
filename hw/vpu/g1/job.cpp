// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/g1/job.hpp"

#include <algorithm>
#include <iterator>

#include "vpu/g1/h264_job.hpp"
#include "vpu/g1/mpeg2_job.hpp"
#include "vpu/g1/post_processor.hpp"
#include "vpu/g1/vp8_job.hpp"
#include "vpu/h264/decoder.hpp"
#include "vpu/job/engine_job.hpp"
#include "vpu/mpeg2/decoder.hpp"
#include "vpu/vp8/decoder.hpp"

namespace svp::vpu::g1 {

namespace {

/** The decoder's part of a job. Only for a mode that there is. */
std::unique_ptr<Job> make_decoder(Registers registers, MemoryPort& port);

/** The frame that a job writes, or one of whose fields it writes. */
PostProcessor::Picture picture_of(Registers registers) {
    const auto picture = [&](const auto& parameters) -> PostProcessor::Picture {
        if (parameters.mb_width > vp8::max_mb_width || parameters.mb_height > vp8::max_mb_height) {
            return {};  // which no decoder does
        }
        const bool bottom = field(registers) && value(registers, pic_topfield_e) == 0;
        const unsigned width = 16 * parameters.mb_width;
        return {parameters.output - (bottom ? width : 0), width, 16 * parameters.mb_height};
    };
    switch (value(registers, dec_mode)) {
        case mode_h264:
            return picture(h264_parameters(registers));
        case mode_mpeg2:
            return picture(mpeg2_parameters(registers));
        default:
            return picture(vp8_parameters(registers));
    }
}

/** A job whose picture the post-processor puts out, too. */
class PostProcessedJob final : public Job {
 public:
    PostProcessedJob(Registers registers, MemoryPort& port)
        : post_processor_(registers, picture_of(registers), port),
          job_(make_decoder(registers, post_processor_)) {}

    std::uint32_t step() override {
        if (status_ == 0) {
            status_ = job_->step();
            return status_ == interrupt::dec_rdy_int ? 0 : status_;
        }
        if (post_processor_.put_out()) {
            return 0;
        }
        return post_processor_.answer() == Response::okay ? status_ : interrupt::dec_bus_int;
    }
    unsigned macroblocks_per_step() const override { return status_ == 0 ? job_->macroblocks_per_step() : 0; }

 private:
    PostProcessor post_processor_;
    std::unique_ptr<Job> job_;
    std::uint32_t status_ = 0;  ///< of the decoder
};

template <typename Decoder>
using DecoderJob = EngineJob<Decoder, interrupt::dec_buffer_int>;

std::unique_ptr<Job> make_decoder(Registers registers, MemoryPort& port) {
    switch (value(registers, dec_mode)) {
        case mode_h264:
            return std::make_unique<DecoderJob<h264::Decoder>>(h264_parameters(registers), port);
        case mode_mpeg2:
            return std::make_unique<DecoderJob<mpeg2::Decoder>>(mpeg2_parameters(registers), port);
        default:
            return std::make_unique<DecoderJob<vp8::Decoder>>(vp8_parameters(registers), port);
    }
}

/** Whether make_job() can make one. */
bool possible(Registers registers) {
    return codec(registers) < std::size(codec_names) && PostProcessor::possible(registers);
}

}  // namespace

std::size_t codec(Registers registers) {
    constexpr unsigned modes[] = {mode_h264, mode_mpeg2, mode_vp8};
    static_assert(std::size(modes) == std::size(codec_names));
    const auto* found = std::ranges::find(modes, value(registers, dec_mode));
    return static_cast<std::size_t>(found - std::begin(modes));
}

bool field(Registers registers) {
    return value(registers, dec_mode) != mode_vp8 && value(registers, pic_fieldmode_e) != 0;
}

std::unique_ptr<Job> make_job(Registers registers, MemoryPort& port) {
    if (!possible(registers)) {
        return nullptr;
    }
    if (value(registers, pp_pipeline_e) == 0) {
        return make_decoder(registers, port);
    }
    return std::make_unique<PostProcessedJob>(registers, port);
}

}  // namespace svp::vpu::g1
