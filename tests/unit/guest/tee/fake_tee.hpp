// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * The entries of the trusted applications svp-decrypt and svp-vp9 on the host, with memory of both worlds,
 * and a toy cipher in place of CAAM.
 */
#pragma once

#include <span>

#include "../decrypt_board.hpp"

extern "C" {
#include <tee_internal_api.h>

#include "svp_vp9.h"

TEE_Result svp_decrypt_invoke(void* session, std::uint32_t command, std::uint32_t types, TEE_Param* params);
TEE_Result svp_vp9_invoke(void* session, std::uint32_t command, std::uint32_t types, TEE_Param* params);
/** Working memory of svp-vp9. */
const svp_stage* svp_vp9_stage();
}

namespace svp::test {

/** What the applications see of the board. */
struct FakeTee {
    std::vector<std::span<const std::uint8_t>> secure;  ///< memory that is not the normal world's
    ToyCipher cipher{true};
    TEE_Result key_result = TEE_SUCCESS;  ///< of making a blob the key
};

/** The one that the applications run on. */
FakeTee& fake_tee();

}  // namespace svp::test
