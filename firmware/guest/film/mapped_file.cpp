// SPDX-License-Identifier: GPL-2.0-or-later
/* See mapped_file.hpp. */
#include "mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "../decrypt/descriptor.hpp"

namespace svp::film {

using decrypt::Descriptor;
using decrypt::Error;
using decrypt::Result;
using decrypt::system_error;

Result<MappedFile> MappedFile::open(const std::string& name) {
    const Result<Descriptor> file = Descriptor::open(name, O_RDONLY);
    if (!file.ok()) {
        return file.error();
    }
    struct stat status {};
    if (fstat(file.value().get(), &status) != 0) {
        return system_error(name, errno);
    }
    if (!S_ISREG(status.st_mode) || status.st_size == 0) {
        return Error{name + ": no file, or an empty one"};
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    const void* at = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value().get(), 0);
    if (at == MAP_FAILED) {
        return system_error(name, errno);
    }
    MappedFile mapped;
    mapped.bytes_ = {static_cast<const std::uint8_t*>(at), size};
    return mapped;
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) {
        munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
    }
}

}  // namespace svp::film
