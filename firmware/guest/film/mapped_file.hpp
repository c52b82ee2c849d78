// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * A file's bytes, read when they are needed.
 */
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "../decrypt/result.hpp"

namespace svp::film {

class MappedFile {
 public:
    /** A regular file that is not empty. */
    static decrypt::Result<MappedFile> open(const std::string& name);
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&&) = delete;
    ~MappedFile();

    std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
    MappedFile() = default;
    std::span<const std::uint8_t> bytes_;
};

}  // namespace svp::film
