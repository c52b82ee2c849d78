// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * libFuzzer's entry for whole jobs of the decoders: every input is a recorded one
 * (hw/vpu/job/job_record.hpp). Those that boards have recorded are its corpus. Built with clang only; see
 * tests/README.md.
 */
#include <cstdlib>

#include "vpu/job/replay.hpp"

/** Whether a job with all registers that its decoder has ends without a status. */
static bool ends_with_nothing(const svp::vpu::JobRecord& record) {
    const svp::vpu::Replay replay = svp::vpu::replay(record);
    return !replay.codec.empty() && replay.status == 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::uint8_t> bytes(data, data + size);
    constexpr std::size_t sizes = 20 + 4 * 4;  // swreg4
    if (bytes.size() > sizes + 3) {
        // Pictures of up to 8 x 8 macroblocks: what is larger does the same more often.
        bytes[sizes] &= 0x3f;
        bytes[sizes + 1] &= 0x38;
        bytes[sizes + 2] &= 0x80;
        bytes[sizes + 3] &= 0x03;
    }
    std::string problem;
    const auto record = svp::vpu::JobRecord::parse(bytes, problem);
    if (record.has_value() == !problem.empty() || (record && ends_with_nothing(*record))) {
        std::abort();
    }
    return 0;
}
