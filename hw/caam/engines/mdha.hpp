// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The message digest engine: hashes, HMAC with a plain key and with a split key.
 *
 * Context: running state, then 8 bytes of message length (bytes of message so far, most significant first;
 * the block of a pad counts); at the end the digest at 0. With a plain key the first step turns the key
 * register into a split key.
 *
 * Not modelled: SMAC, the MAC of SSL 3.0.
 */
#pragma once

#include <memory>

#include "caam/engines/cha.hpp"

namespace svp::caam {

/** @p with_sha512: the engine knows SHA-384, SHA-512 and their kin. Throws JobError (mode). */
std::unique_ptr<Cha> make_mdha(ClassRegisters& registers, Operation operation, bool with_sha512);

}  // namespace svp::caam
