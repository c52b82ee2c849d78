// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Secure memory: 8 pages of 4 KiB, given to 16 partitions, and who may do what with a partition (version 3).
 *
 * Software makes a partition its own by allocating a page to it or by writing its permissions, and from then
 * on only that owner changes it. Two groups of owners, one bit an owner (DID + 16 if non-secure), have read,
 * write and two special rights each. An access to a page that nobody allocated, or without right, is a bus
 * error. Pages of a partition with CSP are zeroed when it is given up, and upon a security violation.
 *
 * CPUs and other masters have their RDC domain + 1 as DID here, which is how firmware sets its groups.
 */
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "caam/memory/port.hpp"
#include "svp/archive.hpp"
#include "svp/transaction.hpp"

namespace svp::caam {

class SecureMemory {
 public:
    static constexpr std::uint32_t page_size = 4096;
    static constexpr unsigned pages = 8;
    static constexpr unsigned partitions = 16;
    static constexpr std::uint32_t size = page_size * pages;
    /** Four pages of registers, two worlds. */
    static constexpr unsigned requesters = 8;

    /** Bit of an owner in SMAG1 and SMAG2. */
    static std::uint32_t group_bit(std::uint8_t did, World world) {
        return 1u << ((did & 15) + (world == World::non_secure ? 16 : 0));
    }

    void set_base(std::uint64_t base) { base_ = base; }
    std::uint64_t base() const { return base_; }

    /** Power-on; contents are lost. */
    void reset();
    void violation();

    /** Whether any of these bus addresses lies here. */
    bool touches(std::uint64_t address, std::size_t length) const {
        return address < base_ + size && base_ < address + length;
    }
    Response job_read(const Owner& owner, std::uint64_t address, std::span<std::uint8_t> data) const;
    Response job_write(const Owner& owner, std::uint64_t address, std::span<const std::uint8_t> data);

    /** Accesses of other masters; offset and size lie inside. */
    Response read(std::uint64_t offset, std::span<std::uint8_t> data, const Transaction& by) const;
    Response write(std::uint64_t offset, std::span<const std::uint8_t> data, const Transaction& by);

    // Registers, as the owner named by @p bit sees them.
    /** @p requester: whose status tells the result. The partition for whose sake it was refused, if it was.
     */
    std::optional<unsigned> command(std::uint32_t word, std::uint32_t bit, unsigned requester);
    std::uint32_t command_status(unsigned requester) const { return command_status_[requester]; }
    std::uint32_t partition_owners(std::uint32_t bit) const;
    std::uint32_t permissions(unsigned partition) const { return partition_[partition].permissions; }
    std::uint32_t group(unsigned partition, unsigned which) const {
        return partition_[partition].group[which];
    }
    /** False: another one's, or locked, and it would have been a change. */
    bool set_permissions(unsigned partition, std::uint32_t value, std::uint32_t bit);
    bool set_group(unsigned partition, unsigned which, std::uint32_t value, std::uint32_t bit);

    /** Number of the partition that a byte of window 1 lies in; `partitions` if in none. */
    unsigned partition_at(std::uint64_t offset) const;

    /** What a blob of secure memory is bound to: SMAPR, SMAG1 and SMAG2 of the partition that an address lies
     * in. */
    static constexpr std::size_t binding_bytes = 12;
    std::array<std::uint8_t, binding_bytes> blob_binding(std::uint64_t address) const;

    /** The contents for a blob, or from one; needs the right to export or import blobs instead of reading or
     * writing. */
    bool blob_read(const Owner& owner, std::uint64_t address, std::span<std::uint8_t> data) const;
    bool blob_write(const Owner& owner, std::uint64_t address, std::span<const std::uint8_t> data);

    void exchange(Archive& archive);

 private:
    static constexpr std::uint8_t no_partition = 0xff;
    enum Right : std::uint8_t { read_right = 1, write_right = 2, decrypt_right = 4, blob_right = 8 };

    struct Partition {
        std::uint32_t owner = 0;  ///< group bit; 0: free
        std::uint32_t permissions = 0;
        std::array<std::uint32_t, 2> group{};
    };

    bool may_blob(const Owner& owner, std::uint64_t address, std::size_t length) const;
    bool granted(std::uint64_t offset, std::size_t length, std::uint32_t bit, Right right) const;
    bool claim(unsigned partition, std::uint32_t bit);
    void free_page(unsigned page);
    void free_partition(unsigned partition);
    bool accepts(std::uint32_t word, std::uint32_t bit) const;
    std::optional<unsigned> refusal(std::uint32_t word, std::uint32_t bit) const;

    std::uint64_t base_ = 0;
    std::array<std::uint8_t, size> memory_{};
    std::array<std::uint8_t, pages> page_partition_{};
    std::array<Partition, partitions> partition_{};
    std::array<std::uint32_t, requesters> command_status_{};
};

}  // namespace svp::caam
