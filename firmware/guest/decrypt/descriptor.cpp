// SPDX-License-Identifier: GPL-2.0-or-later
/* See descriptor.hpp and result.hpp. */
#include "descriptor.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace svp::decrypt {

Error system_error(const std::string& what, int number) {
    return Error{what + ": " + std::strerror(number)};
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

Descriptor::~Descriptor() {
    if (number_ >= 0)
        close(number_);
}

Result<Descriptor> Descriptor::open(const std::string& path, int flags) {
    const int number = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (number < 0)
        return system_error(path, errno);
    return Descriptor(number);
}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
}

Mapping::~Mapping() {
    if (!bytes_.empty())
        munmap(bytes_.data(), bytes_.size());
}

Result<Mapping> Mapping::make(const Descriptor& file, std::size_t size, const std::string& what,
                              off_t offset) {
    void* const at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), offset);
    if (at == MAP_FAILED)
        return system_error(what, errno);
    Mapping mapping;
    mapping.bytes_ = {static_cast<std::uint8_t*>(at), size};
    return mapping;
}

}  // namespace svp::decrypt
