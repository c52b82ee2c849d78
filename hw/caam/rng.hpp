// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The random number generator (RNG4): two state handles and the generator behind them.
 *
 * A generator in counter mode over AES-256 whose key is replaced after every request. With a seed of 0 its
 * entropy is the host's; any other seed gives the same numbers in every run. A handle only remembers whether
 * it was instantiated and with prediction resistance; both draw from the one generator.
 *
 * Not modelled: health tests (they always pass), personalisation strings and additional input.
 */
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "svp/archive.hpp"

namespace svp::caam {

class Rng {
 public:
    static constexpr unsigned handles = 2;

    /** Start from @p seed; state handles are not instantiated. */
    void reset(std::uint64_t seed);

    /** Random bytes, whatever the state handles are: padding, nonces, keys. */
    void fill(std::span<std::uint8_t> bytes);

    /** Throw JobError as the hardware does. */
    void instantiate(unsigned handle, bool prediction_resistance);
    void uninstantiate(unsigned handle);
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
};

}  // namespace svp::caam
