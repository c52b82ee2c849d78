// SPDX-License-Identifier: GPL-2.0-or-later
#include "svp/device.hpp"

#include "svp/register_bank.hpp"

namespace svp {

std::vector<std::byte> Device::save() {
    Archive archive;
    std::uint32_t version = state_version();
    archive.value(version);
    exchange(archive);
    return archive.take();
}

std::optional<std::string> Device::load(std::span<const std::byte> state) {
    Archive archive(state);
    std::uint32_t version = 0;
    archive.value(version);
    if (archive.ok() && version != state_version()) {
        archive.fail("the state has format " + std::to_string(version) + ", this core reads format " +
                     std::to_string(state_version()));
    }
    if (archive.ok()) {
        exchange(archive);
    }
    if (archive.ok() && !archive.exhausted()) {
        archive.fail("the state is longer than this core's format");
    }
    if (!archive.ok()) {
        return archive.error();
    }
    resume();
    return std::nullopt;
}

std::string Device::register_name(unsigned region, std::uint64_t offset) const {
    for (const BankPlace& place : banks()) {
        if (place.region == region && offset >= place.base && offset - place.base < place.bank->size()) {
            return place.bank->name_at(static_cast<std::uint32_t>(offset - place.base));
        }
    }
    return "-";
}

}  // namespace svp
