// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who may read and write which bits of CAAM's registers: one table for all pages.
 *
 * The secure world may do everything that a register itself does not lock. The table gives what the
 * non-secure world may do beside it, and as long as what holds; a register that the table does not name
 * belongs to the secure world alone. The bank of each page asks here before anything is changed
 * (RegisterBank::set_rights).
 *
 * Three rules stand behind the rows:
 * - What makes an action secure (PRIM_TZ, TZ_OWN and SDID of a ring, the owners of RTIC and DECO, locks) is
 *   never the non-secure world's to write.
 * - What acts on all rings (configuration, generator, owner numbers, errors) is the non-secure world's while
 *   no ring is the secure world's: then there is nobody beside it. That is a decision of this model; the
 *   silicon's rule is not public.
 * - Keys and what jobs leave in debug registers is never the non-secure world's to read.
 */
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "svp/register_bank.hpp"

namespace svp::caam {

/** Pages of the register window that have registers of their own. */
enum class Page : std::uint8_t { controller, ring, assurance, deco };

/** As long as what holds a row's rights are the non-secure world's. */
enum class Grant : std::uint8_t {
    page,            ///< the page is not closed (Controller::closed)
    unclaimed,       ///< no ring is the secure world's (Controller::claimed)
    deco,            ///< the secure world has not requested the DECO
    deco_unclaimed,  ///< both
};

/** One row: registers of one name. */
struct AccessRow {
    Page page;
    std::uint32_t offset;  ///< bytes in the page
    std::uint32_t count;
    std::uint32_t stride;  ///< bytes
    std::string_view name;
    std::uint32_t read;   ///< bits that the non-secure world reads
    std::uint32_t write;  ///< bits that it changes, within what the register takes
    Grant grant;          ///< for writing; a page that is closed is closed for both
};

/** All rows, page after page. */
std::span<const AccessRow> access_table();

/** The row of a register; nullptr if there is none. */
const AccessRow* access_row(Page page, std::uint32_t offset);

}  // namespace svp::caam
