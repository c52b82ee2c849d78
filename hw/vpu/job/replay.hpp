// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Runs a recorded job again, on the engine that there is now, and compares what it does.
 *
 * The engine need not ask for memory in the order in which the recorded one did, nor in the same pieces: it
 * finds the bytes that the record has at each address, and its own where it has written. What the record does
 * not have is zeros, and told.
 *
 * Not reproduced: memory that somebody else changed while the job ran; where a byte was read twice with
 * different values, the first one counts, and that is told. A write that was denied is known by a later read
 * only.
 */
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vpu/job/job_record.hpp"

namespace svp::vpu {

struct Replay {
    std::string codec;         ///< name, "unsupported" for none
    std::uint32_t status = 0;  ///< what the engine ended with now
    std::uint64_t read = 0;    ///< bytes that it read
    std::uint64_t written = 0;
    std::vector<std::string> differences;  ///< a line each; empty if it did the same
    std::vector<std::string> remarks;      ///< why a difference need not be the engine's; a line each
};

/** @p record is one that JobRecord::parse() gave. */
Replay replay(const JobRecord& record);

}  // namespace svp::vpu
