// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * AES-GCM (SP 800-38D) and AES-CCM (SP 800-38C).
 *
 * GCM's context: GHASH, at the end the tag, at 0; counter block last used at 16; Y0 at 32; length of the AAD
 * at 48 and of the message at 56, in bits, most significant byte first. IV, AAD, message and ICV come as data
 * of these kinds. A step without an end can be taken up again from the stored context.
 *
 * CCM's context: B0, then the CBC-MAC, at 0; Ctr0, then the counter last used, at 16; at 32 the encrypted MAC
 * (when decrypting: the given one decrypted, or E(Ctr0) if none was given). The AAD comes with its length in
 * front of it. E(Ctr0) has to survive between steps and is kept at 32.
 *
 * Not modelled: the silicon's wrong tags after a counter overflow (with IVs that have not 96 bits).
 */
#pragma once

#include <memory>

#include "caam/engines/cha.hpp"

namespace svp::caam {

std::unique_ptr<Cha> make_aes_gcm(ClassRegisters& registers, Operation operation);
std::unique_ptr<Cha> make_aes_ccm(ClassRegisters& registers, Operation operation);

}  // namespace svp::caam
