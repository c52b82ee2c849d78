// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/job/recorder.hpp"

#include <cstdio>

namespace svp::vpu {

std::unique_ptr<JobRecordWriter> Recorder::begin(std::span<const std::uint32_t> registers) const {
    return folder_.empty() ? nullptr : std::make_unique<JobRecordWriter>(kind_, registers);
}

std::string Recorder::end(JobRecordWriter& writer, std::uint32_t status) {
    const std::vector<std::uint8_t> record = writer.end(status);
    if (record.empty()) {
        return std::string(decoder_) + ": a job is not recorded, it takes more than " +
               std::to_string(JobRecord::max_size) + " bytes";
    }
    char name[48];
    std::snprintf(name, sizeof name, "/%s-%06llu.job", decoder_.data(),
                  static_cast<unsigned long long>(++files_));
    if (!folder_.empty() && !host_.store(folder_ + name, record)) {
        folder_.clear();
    }
    return {};
}

}  // namespace svp::vpu
