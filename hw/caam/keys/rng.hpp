// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The random number generator (RNG4): two state handles and the generator behind them.
 *
 * A generator in counter mode over AES-256 whose key is replaced after every request. A handle only remembers
 * whether it was instantiated and with prediction resistance; both draw from the one generator.
 *
 * Not modelled: health tests (they always pass), personalisation strings and additional input.
 */
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "svp/archive.hpp"
#include "svp/transaction.hpp"

namespace svp::caam {

class Rng {
 public:
    static constexpr unsigned handles = 2;

    static constexpr std::size_t entropy_bytes = 48;

    /** Starts from @p entropy; state handles are not instantiated. */
    void reset(std::span<const std::uint8_t, entropy_bytes> entropy);
    /** State handles are not instantiated any more, and nothing tells what was given out. */
    void forget();

    /** Random bytes, whatever the state handles are: padding, nonces, keys. */
    void fill(std::span<std::uint8_t> bytes);

    /** Throw JobError as the hardware does. */
    void instantiate(unsigned handle, bool prediction_resistance, World by);
    void uninstantiate(unsigned handle);
    /** A handle of the secure world's is not for others to take down. */
    bool may_uninstantiate(unsigned handle, World by) const;
    void reseed(unsigned handle) const;
    void generate(unsigned handle, std::span<std::uint8_t> bytes);
    void require(unsigned handle) const;

    /** Bits 9:0 of RDSTA. */
    std::uint32_t status() const;

    void exchange(Archive& archive);

 private:
    void rekey();

    std::array<std::uint8_t, 32> key_{};
    std::array<std::uint8_t, 16> counter_{};
    std::array<bool, handles> instantiated_{};
    std::array<bool, handles> resistant_{};
    std::array<World, handles> made_by_{};
};

}  // namespace svp::caam
