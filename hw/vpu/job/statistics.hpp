// SPDX-License-Identifier: GPL-2.0-or-later
/** What a decoder has done since its reset, for an observer. */
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "svp/archive.hpp"
#include "svp/device.hpp"
#include "svp/host.hpp"
#include "vpu/job/traffic.hpp"

namespace svp::vpu {

/** Why a job has ended that is not done. */
enum class JobError : std::uint8_t {
    none,
    bus,          ///< an access was answered with an error
    stream_end,   ///< the stream was too short
    stream,       ///< it holds what no legal one has, or registers ask for what is impossible
    unsupported,  ///< a codec or a function that is not there
};
inline constexpr std::size_t job_errors = 4;  ///< without `none`

/** What a job was. */
struct JobEnd {
    std::size_t codec = 0;  ///< place in the decoder's list; beyond its end: none of them
    bool field = false;     ///< its picture is one field of a frame
    JobError error = JobError::none;
    Traffic traffic;
};

class Statistics {
 public:
    /** @p codecs must outlive this. */
    Statistics(std::string_view decoder, std::span<const std::string_view> codecs)
        : decoder_(decoder), codecs_(codecs), done_(codecs.size()) {}

    void add(const JobEnd& end);
    /** A job was given up: DEC_E cleared, or the decoder reset or without power. */
    void add_aborted() { ++aborted_; }
    void reset();

    /** What is to be said of the job that was added last; @p status is what software sees. */
    JobReport report(const JobEnd& end, std::uint32_t status) const;

    /** In the shape of VpuInfo (hw/qemu/svp-counters.json). */
    std::vector<Counter> told() const;
    void exchange(Archive& archive);

 private:
    struct Done {
        std::uint64_t frames = 0;  ///< jobs
        std::uint64_t fields = 0;  ///< jobs
    };

    std::string_view decoder_;
    std::span<const std::string_view> codecs_;
    std::uint64_t jobs_ = 0;
    std::uint64_t aborted_ = 0;
    std::array<std::uint64_t, job_errors> errors_{};
    std::vector<Done> done_;  ///< by codec
    Traffic traffic_;
};

}  // namespace svp::vpu
