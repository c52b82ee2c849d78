// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/memory/secure_memory.hpp"

#include <algorithm>

#include "caam/byte_order.hpp"

namespace svp::caam {

namespace {

constexpr std::uint32_t permission_csp = 1u << 15;  ///< zero when given up
constexpr std::uint32_t permission_psp = 1u << 14;  ///< never given up
constexpr std::uint32_t permission_lock = 1u << 13;
constexpr std::uint32_t group_lock = 1u << 12;
constexpr std::uint32_t permission_fields = 0xf0ff;

enum class Command : std::uint8_t { allocate = 1, free_page = 2, free_partition = 3, inquire = 5 };

}  // namespace

void SecureMemory::reset() {
    memory_.fill(0);
    page_partition_.fill(no_partition);
    partition_ = {};
    command_status_ = {};
}

void SecureMemory::violation() {
    for (unsigned page = 0; page < pages; ++page) {
        const std::uint8_t owner = page_partition_[page];
        if (owner != no_partition && (partition_[owner].permissions & permission_csp) != 0) {
            std::fill_n(memory_.begin() + page * page_size, page_size, std::uint8_t{0});
        }
    }
}

bool SecureMemory::granted(std::uint64_t offset, std::size_t length, std::uint32_t bit, Right right) const {
    for (std::uint64_t page = offset / page_size; page <= (offset + length - 1) / page_size; ++page) {
        const std::uint8_t number = page_partition_[page];
        if (number == no_partition) {
            return false;
        }
        const Partition& partition = partition_[number];
        const bool first = (partition.group[0] & bit) != 0 && (partition.permissions & right) != 0;
        const bool second = (partition.group[1] & bit) != 0 && (partition.permissions >> 4 & right) != 0;
        if (!first && !second) {
            return false;
        }
    }
    return true;
}

Response SecureMemory::job_read(const Owner& owner, std::uint64_t address,
                                std::span<std::uint8_t> data) const {
    std::fill(data.begin(), data.end(), std::uint8_t{0});
    if (address < base_ || address + data.size() > base_ + size ||
        !granted(address - base_, data.size(), group_bit(owner.did, owner.world), read_right)) {
        return Response::slverr;
    }
    std::copy_n(memory_.begin() + static_cast<std::ptrdiff_t>(address - base_), data.size(), data.begin());
    return Response::okay;
}

Response SecureMemory::job_write(const Owner& owner, std::uint64_t address,
                                 std::span<const std::uint8_t> data) {
    if (address < base_ || address + data.size() > base_ + size ||
        !granted(address - base_, data.size(), group_bit(owner.did, owner.world), write_right)) {
        return Response::slverr;
    }
    std::copy(data.begin(), data.end(), memory_.begin() + static_cast<std::ptrdiff_t>(address - base_));
    return Response::okay;
}

Response SecureMemory::read(std::uint64_t offset, std::span<std::uint8_t> data, const Transaction& by) const {
    const auto did = static_cast<std::uint8_t>(by.domain + 1);
    if (!granted(offset, data.size(), group_bit(did, by.world), read_right)) {
        return Response::slverr;
    }
    std::copy_n(memory_.begin() + static_cast<std::ptrdiff_t>(offset), data.size(), data.begin());
    return Response::okay;
}

Response SecureMemory::write(std::uint64_t offset, std::span<const std::uint8_t> data,
                             const Transaction& by) {
    const auto did = static_cast<std::uint8_t>(by.domain + 1);
    if (!granted(offset, data.size(), group_bit(did, by.world), write_right)) {
        return Response::slverr;
    }
    std::copy(data.begin(), data.end(), memory_.begin() + static_cast<std::ptrdiff_t>(offset));
    return Response::okay;
}

bool SecureMemory::may_blob(const Owner& owner, std::uint64_t address, std::size_t length) const {
    return length > 0 && address >= base_ && address + length <= base_ + size &&
           granted(address - base_, length, group_bit(owner.did, owner.world), blob_right);
}

std::array<std::uint8_t, SecureMemory::binding_bytes> SecureMemory::blob_binding(
    std::uint64_t address) const {
    std::array<std::uint8_t, binding_bytes> bytes{};
    const std::uint64_t page = (address - base_) / page_size;
    if (address < base_ || page >= pages || page_partition_[page] == no_partition) {
        return bytes;
    }
    const Partition& partition = partition_[page_partition_[page]];
    store_be32(bytes.data(), partition.permissions);
    store_be32(bytes.data() + 4, partition.group[0]);
    store_be32(bytes.data() + 8, partition.group[1]);
    return bytes;
}

bool SecureMemory::blob_read(const Owner& owner, std::uint64_t address, std::span<std::uint8_t> data) const {
    const bool permitted = may_blob(owner, address, data.size());
    if (permitted) {
        std::copy_n(memory_.begin() + static_cast<std::ptrdiff_t>(address - base_), data.size(),
                    data.begin());
    }
    return permitted;
}

bool SecureMemory::blob_write(const Owner& owner, std::uint64_t address, std::span<const std::uint8_t> data) {
    const bool permitted = may_blob(owner, address, data.size());
    if (permitted) {
        std::copy(data.begin(), data.end(), memory_.begin() + static_cast<std::ptrdiff_t>(address - base_));
    }
    return permitted;
}

/** The partition belongs to @p bit, or is free and belongs to it from now on. */
bool SecureMemory::claim(unsigned partition, std::uint32_t bit) {
    if (partition_[partition].owner == 0) {
        partition_[partition].owner = bit;
    }
    return partition_[partition].owner == bit;
}

void SecureMemory::free_page(unsigned page) {
    const std::uint8_t owner = page_partition_[page];
    if (owner != no_partition && (partition_[owner].permissions & permission_csp) != 0) {
        std::fill_n(memory_.begin() + page * page_size, page_size, std::uint8_t{0});
    }
    page_partition_[page] = no_partition;
}

unsigned SecureMemory::partition_at(std::uint64_t offset) const {
    const std::uint8_t number = page_partition_[offset / page_size % pages];
    return number == no_partition ? partitions : number;
}

/** What a command asks for is the requester's to ask, and possible. */
bool SecureMemory::accepts(std::uint32_t word, std::uint32_t bit) const {
    const unsigned page = word >> 16;
    const Partition& named = partition_[word >> 8 & 0xf];
    const std::uint8_t number = page < pages ? page_partition_[page] : no_partition;
    switch (static_cast<Command>(word & 0xf)) {
        case Command::allocate:
            return page < pages && number == no_partition && (named.owner == 0 || named.owner == bit);
        case Command::free_page:
            return number != no_partition && partition_[number].owner == bit &&
                   (partition_[number].permissions & permission_psp) == 0;
        case Command::free_partition:
            return named.owner == 0 || (named.owner == bit && (named.permissions & permission_psp) == 0);
        case Command::inquire:
            return true;
    }
    return false;
}

/** The partition because of whose owner or lock a command is not accepted; nothing if it could not be done
 * anyway. */
std::optional<unsigned> SecureMemory::refusal(std::uint32_t word, std::uint32_t bit) const {
    const unsigned page = word >> 16;
    const unsigned named = word >> 8 & 0xf;
    const std::uint8_t number = page < pages ? page_partition_[page] : no_partition;
    const auto others = [&](unsigned partition) {
        return partition_[partition].owner != 0 && partition_[partition].owner != bit;
    };
    const auto kept = [&](unsigned partition) {
        return others(partition) || (partition_[partition].permissions & permission_psp) != 0;
    };
    switch (static_cast<Command>(word & 0xf)) {
        case Command::allocate:
            if (number != no_partition && others(number)) {
                return number;
            }
            return page < pages && others(named) ? std::optional(named) : std::nullopt;
        case Command::free_page:
            return number != no_partition && kept(number) ? std::optional<unsigned>(number) : std::nullopt;
        case Command::free_partition:
            return kept(named) ? std::optional(named) : std::nullopt;
        case Command::inquire:
            break;
    }
    return std::nullopt;
}

std::optional<unsigned> SecureMemory::command(std::uint32_t word, std::uint32_t bit, unsigned requester) {
    constexpr std::uint32_t command_failed = 3u << 14;
    constexpr std::uint32_t access_failed = 1u << 12;
    const unsigned page = word >> 16;
    const unsigned partition = word >> 8 & 0xf;
    std::uint32_t& status = command_status_[requester];
    status = static_cast<std::uint32_t>(page & 0xfff) << 16;
    const bool accepted = accepts(word, bit);
    const auto refused = accepted ? std::nullopt : refusal(word, bit);
    switch (static_cast<Command>(word & 0xf)) {
        case Command::allocate:
            if (accepted) {
                partition_[partition].owner = bit;
                page_partition_[page] = static_cast<std::uint8_t>(partition);
            }
            break;
        case Command::free_page:
            if (accepted) {
                free_page(page);
            }
            break;
        case Command::free_partition:
            if (accepted && partition_[partition].owner == bit) {
                free_partition(partition);
            }
            break;
        case Command::inquire: {
            unsigned owner = 1;  // there is no such page
            if (page < pages) {
                const std::uint8_t number = page_partition_[page];
                owner = number == no_partition ? 0 : partition_[number].owner == bit ? 3 : 2;
                status |= number == no_partition ? 0 : number;
            }
            status |= owner << 6;
            break;
        }
        default:
            status |= command_failed;
            return std::nullopt;
    }
    status |= accepted ? 0 : access_failed;
    return refused;
}

void SecureMemory::free_partition(unsigned partition) {
    for (unsigned page = 0; page < pages; ++page) {
        if (page_partition_[page] == partition) {
            free_page(page);
        }
    }
    partition_[partition] = {};
}

std::uint32_t SecureMemory::partition_owners(std::uint32_t bit) const {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < partitions; ++i) {
        const std::uint32_t owner = partition_[i].owner;
        value |= (owner == 0 ? 0u : owner == bit ? 3u : 2u) << (2 * i);
    }
    return value;
}

bool SecureMemory::set_permissions(unsigned partition, std::uint32_t value, std::uint32_t bit) {
    const bool own = claim(partition, bit);
    std::uint32_t& permissions = partition_[partition].permissions;
    const std::uint32_t wanted = (value & permission_fields) | (permissions & group_lock);
    if (own && (permissions & permission_lock) == 0) {
        permissions = wanted;
    }
    return permissions == wanted;
}

bool SecureMemory::set_group(unsigned partition, unsigned which, std::uint32_t value, std::uint32_t bit) {
    const bool own = claim(partition, bit);
    Partition& target = partition_[partition];
    if (own && (target.permissions & group_lock) == 0) {
        target.group[which] = value;
    }
    return target.group[which] == value;
}

void SecureMemory::exchange(Archive& archive) {
    archive.bytes(std::as_writable_bytes(std::span(memory_)));
    for (std::uint8_t& owner : page_partition_) {
        archive.value(owner);
        if (owner != no_partition && owner >= partitions) {
            archive.fail("a page of secure memory belongs to a partition that does not exist");
            owner = no_partition;
        }
    }
    for (Partition& partition : partition_) {
        archive.value(partition.owner);
        archive.value(partition.permissions);
        archive.value(partition.group[0]);
        archive.value(partition.group[1]);
    }
    for (std::uint32_t& status : command_status_) {
        archive.value(status);
    }
}

}  // namespace svp::caam
