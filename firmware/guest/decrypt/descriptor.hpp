// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * Owned kernel objects: file descriptors and mappings.
 */
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "result.hpp"

namespace svp::decrypt {

/** A file descriptor that is closed with its owner. */
class Descriptor {
 public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();

    int get() const { return number_; }

    static Result<Descriptor> open(const std::string& path, int flags);

 private:
    int number_ = -1;
};

/** A mapping of memory that is shared with somebody. */
class Mapping {
 public:
    Mapping() = default;
    Mapping(Mapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    Mapping& operator=(Mapping&& other) noexcept;
    ~Mapping();

    std::span<std::uint8_t> bytes() const { return bytes_; }

    /** `what` names the memory in an error. */
    static Result<Mapping> make(const Descriptor& file, std::size_t size, const std::string& what,
                                off_t offset = 0);

 private:
    std::span<std::uint8_t> bytes_;
};

}  // namespace svp::decrypt
