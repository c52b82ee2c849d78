// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * AES-CMAC (SP 800-38B) and AES-XCBC-MAC (RFC 3566).
 *
 * Context: running block at 0; CMAC: L at 16; XCBC: K2 at 16, K3 at 32. XCBC's first step puts K1 in the
 * place of the key, and later steps expect it there. Between steps only whole blocks may have been fed.
 */
#pragma once

#include <memory>

#include "caam/engines/cha.hpp"

namespace svp::caam {

std::unique_ptr<Cha> make_aes_mac(ClassRegisters& registers, Operation operation);

}  // namespace svp::caam
