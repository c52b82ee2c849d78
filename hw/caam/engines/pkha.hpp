// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The public key engine (PKHA): four big registers, and arithmetic on them.
 *
 * A, B and N have 512 bytes in four segments of 128, E has 512. A number begins at its segment and goes as
 * far as its size says, over the next segments if need be. Each register has one size. GMP does the
 * arithmetic.
 */
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "svp/archive.hpp"

namespace svp::caam {

enum class PkRegister : std::uint8_t { a = 0, b = 1, e = 2, n = 3 };

constexpr std::size_t pk_bytes = 512;
constexpr std::size_t pk_segment_bytes = 128;

/** Flags that JUMP tests. */
struct PkFlags {
    bool zero = false;
    bool gcd_one = false;
    bool prime = false;
};

class Pkha {
 public:
    ~Pkha();

    /** Starts to load a register from its @p segment on; what add() brings is most significant byte first. */
    void begin(PkRegister which, unsigned segment);
    /** Throws JobError if there is no room for so many bytes. */
    void add(std::span<const std::uint8_t> data);
    /** What was added is the number; its length becomes the register's size. */
    void end();
    bool loading() const { return loading_; }

    /** Writes the number in a segment, most significant byte first, @p to.size() bytes. Throws JobError. */
    void get(PkRegister which, unsigned segment, std::span<std::uint8_t> to) const;

    /** Puts a number, most significant byte first, into a segment and sets the size. Throws JobError. */
    void put(PkRegister which, unsigned segment, std::span<const std::uint8_t> number);

    std::uint32_t size(PkRegister which) const { return size_[static_cast<std::size_t>(which)]; }
    /** Throws JobError if @p size is more than the register holds. */
    void set_size(PkRegister which, std::uint32_t size);

    /**
     * Carries out the OPERATION command @p word. Throws JobError; and JobPaused, if @p pause says so in the
     * middle of a test of many rounds: the same command goes on with it.
     */
    void operate(std::uint32_t word, const std::function<bool()>& pause);
    /** The last operation was interrupted. */
    bool interrupted() const { return rounds_done_ > 0; }

    void exchange(Archive& archive);

    const PkFlags& flags() const { return flags_; }

    /** Sum of the costs of all operations so far, in units of about a nanosecond. */
    std::uint64_t cost() const { return cost_; }
    /** Adds what a protocol has computed. */
    void charge(std::uint64_t cost) { cost_ += cost; }

    /** E is a key that KEY has put there: its size stays, it is stored whole or, @p no_store, not at all. */
    void lock_e(bool no_store) {
        e_loaded_ = true;
        e_locked_ = no_store;
    }
    bool e_loaded() const { return e_loaded_; }
    bool e_locked() const { return e_locked_; }
    /** Nothing is left of E, nor of what lock_e() said. */
    void wipe_e();

 private:
    friend class PkhaOperation;

    std::array<std::uint8_t, pk_bytes>& bytes(PkRegister which) {
        return bytes_[static_cast<std::size_t>(which)];
    }
    const std::array<std::uint8_t, pk_bytes>& bytes(PkRegister which) const {
        return bytes_[static_cast<std::size_t>(which)];
    }

    std::array<std::array<std::uint8_t, pk_bytes>, 4> bytes_{};  ///< least significant byte first
    std::array<std::uint32_t, 4> size_{};
    PkFlags flags_;
    std::uint64_t cost_ = 0;
    bool used_ = false;  ///< something may be left in the registers
    bool e_loaded_ = false;
    bool e_locked_ = false;
    bool loading_ = false;
    PkRegister load_register_ = PkRegister::a;
    unsigned load_segment_ = 0;
    std::size_t loaded_ = 0;
    std::uint32_t rounds_done_ = 0;   ///< of a test for primality that was interrupted
    std::vector<std::uint8_t> base_;  ///< of its next round
    std::array<std::uint8_t, pk_bytes> load_{};
};

}  // namespace svp::caam
