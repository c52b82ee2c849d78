// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Has each job of a decoder recorded in a file, if whoever builds the machine has named a folder.
 *
 * Files are FOLDER/g1-000001.job and so on, in the order in which jobs end, numbered from the start of the
 * emulator; one of an earlier run is replaced. A job that is given up leaves none, nor does one whose record
 * would be larger than JobRecord::max_size. When a file cannot be written, the host says so once, and
 * nothing more is recorded.
 *
 * For work() alone; outside of exclusive sections, since disks take their time.
 */
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "svp/device.hpp"
#include "vpu/job/job_record.hpp"

namespace svp::vpu {

class Recorder {
 public:
    static constexpr PropertyInfo property = {
        .name = "record", .description = "folder that gets a file for each job", .text = true};

    /** @p decoder, a literal, begins the files' names. */
    Recorder(Host& host, std::string_view decoder, DecoderKind kind)
        : host_(host), decoder_(decoder), kind_(kind) {}

    void set_folder(std::string_view folder) { folder_ = folder; }

    /** For a job that begins: what is to take note of it; null if nothing is recorded. */
    std::unique_ptr<JobRecordWriter> begin(std::span<const std::uint32_t> registers) const;
    /** The job has ended. A line for the log if it is not recorded though it should be; otherwise empty. */
    std::string end(JobRecordWriter& writer, std::uint32_t status);

 private:
    Host& host_;
    std::string_view decoder_;
    DecoderKind kind_;
    std::string folder_;
    std::uint64_t files_ = 0;
};

}  // namespace svp::vpu
