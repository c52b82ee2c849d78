// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * The command line of svp-decrypt, and the small text formats that it takes.
 */
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session.hpp"

namespace svp::decrypt {

struct Arguments {
    enum class Task { help, file, bench, wrap, headers };

    Task task = Task::file;
    std::string file;
    std::string heap = "video";
    std::string key_file;
    std::string subsample_file;
    std::string output;
    std::optional<SampleDescription> raw;  ///< --mode: the file is one raw sample
    std::vector<std::uint8_t> key;         ///< --wrap
    std::uint64_t offset = 0;              ///< where the clear text begins in the buffer
    std::uint64_t skew = 0;                ///< where a sample begins in the window
    std::uint64_t bench_mebibytes = 0;
    Application application = Application::decrypt;  ///< --wrap: who opens the blob
    TestOptions test;

    static Result<Arguments> parse(const std::vector<std::string>& words);
};

extern const char usage[];

/** Bytes of a text of hexadecimal digits. */
Result<std::vector<std::uint8_t>> parse_hex(std::string_view text);

/** Sub-samples: lines of two decimal numbers, clear and encrypted bytes; '#' begins a comment. */
Result<std::vector<svp_decrypt_subsample>> parse_subsamples(std::string_view text);

}  // namespace svp::decrypt
