// SPDX-License-Identifier: GPL-2.0-or-later
/** The C interface of include/svp/abi_caam.h. */
#include "svp/abi_caam.h"

#include "bus/abi_device.hpp"
#include "caam/caam.hpp"

namespace {

static_assert(SVP_CAAM_RINGS == svp::caam::ring_count);
static_assert(SVP_CAAM_RINGS + 1 == svp::caam::job_sources);

const svp::caam::Counters& counters_of(SvpDevice* caam) {
    return dynamic_cast<svp::Caam&>(svp_core_of(*caam)).counters();
}

SvpCaamSource source(const svp::caam::Counters::Source& from) {
    return {from.jobs, from.failed};
}

}  // namespace

void svp_caam_totals(SvpDevice* caam, SvpCaamTotals* totals) noexcept {
    const svp::caam::Counters& counters = counters_of(caam);
    for (unsigned ring = 0; ring < SVP_CAAM_RINGS; ++ring) {
        totals->rings[ring] = source(counters.sources[ring]);
    }
    totals->direct = source(counters.sources[SVP_CAAM_RINGS]);
    totals->bytes_read = counters.read;
    totals->bytes_written = counters.written;
}

unsigned svp_caam_work_count() noexcept {
    return svp::caam::work_kinds;
}

void svp_caam_work(SvpDevice* caam, unsigned number, SvpCaamWork* work) noexcept {
    const svp::caam::Counters::Row& row = counters_of(caam).work[number];
    *work = {svp::caam::work_names[number].data(), row.operations, row.bytes};
}
