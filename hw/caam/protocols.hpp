// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Protocols: what one OPERATION command does as a whole, with a block of parameters (PDB) in front of the
 * descriptor's commands or the sequences for its operands.
 */
#pragma once

#include "caam/deco.hpp"

namespace svp::caam {

class Protocols {
 public:
    explicit Protocols(Deco& deco) : deco_(deco) {}

    /** Derived key protocol: an HMAC key becomes a split key. */
    void derived_key(std::uint32_t word);

 private:
    /** Where a key comes from, or goes to. */
    enum class Form : std::uint8_t { immediate, sequence, pointer, table };

    void write_derived(Form target, Form source, unsigned at, unsigned operand);

    Deco& deco_;
};

}  // namespace svp::caam
