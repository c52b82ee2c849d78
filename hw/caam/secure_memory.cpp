// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/secure_memory.hpp"

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
    command_status_ = 0;
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

void SecureMemory::status(unsigned page, unsigned command_error, unsigned access_error) {
    command_status_ = (command_status_ & 0xcf) | command_error << 14 | access_error << 12 |
                      static_cast<std::uint32_t>(page & 0xfff) << 16;
}

void SecureMemory::command(std::uint32_t word, std::uint32_t bit) {
    constexpr unsigned no_error = 0;
    constexpr unsigned command_failed = 3;
    constexpr unsigned access_failed = 1;
    const unsigned page = word >> 16;
    const unsigned partition = word >> 8 & 0xf;
    command_status_ = 0;
    switch (static_cast<Command>(word & 0xf)) {
        case Command::allocate: {
            const bool good = page < pages && page_partition_[page] == no_partition && claim(partition, bit);
            if (good) {
                page_partition_[page] = static_cast<std::uint8_t>(partition);
            }
            return status(page, no_error, good ? 0 : access_failed);
        }
        case Command::free_page: {
            const bool good = page < pages && page_partition_[page] != no_partition &&
                              partition_[page_partition_[page]].owner == bit &&
                              (partition_[page_partition_[page]].permissions & permission_psp) == 0;
            if (good) {
                free_page(page);
            }
            return status(page, no_error, good ? 0 : access_failed);
        }
        case Command::free_partition: {
            Partition& target = partition_[partition];
            const bool good = target.owner == bit && (target.permissions & permission_psp) == 0;
            for (unsigned i = 0; good && i < pages; ++i) {
                if (page_partition_[i] == partition) {
                    free_page(i);
                }
            }
            if (good) {
                target = {};
            }
            return status(page, no_error, good || target.owner == 0 ? 0 : access_failed);
        }
        case Command::inquire: {
            unsigned owner = 1;  // there is no such page
            if (page < pages) {
                const std::uint8_t number = page_partition_[page];
                owner = number == no_partition ? 0 : partition_[number].owner == bit ? 3 : 2;
                command_status_ = number == no_partition ? 0 : number;
            }
            command_status_ |= owner << 6;
            return status(page, no_error, 0);
        }
    }
    status(page, command_failed, 0);
}

std::uint32_t SecureMemory::partition_owners(std::uint32_t bit) const {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < partitions; ++i) {
        const std::uint32_t owner = partition_[i].owner;
        value |= (owner == 0 ? 0u : owner == bit ? 3u : 2u) << (2 * i);
    }
    return value;
}

void SecureMemory::set_permissions(unsigned partition, std::uint32_t value, std::uint32_t bit) {
    if (!claim(partition, bit) || (partition_[partition].permissions & permission_lock) != 0) {
        return;
    }
    const std::uint32_t locked = partition_[partition].permissions & group_lock;
    partition_[partition].permissions = (value & permission_fields) | locked;
}

void SecureMemory::set_group(unsigned partition, unsigned which, std::uint32_t value, std::uint32_t bit) {
    if (claim(partition, bit) && (partition_[partition].permissions & group_lock) == 0) {
        partition_[partition].group[which] = value;
    }
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
    archive.value(command_status_);
}

}  // namespace svp::caam
