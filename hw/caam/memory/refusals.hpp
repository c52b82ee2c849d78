// SPDX-License-Identifier: GPL-2.0-or-later
/** The one place where CAAM says that it refused something by itself. */
#pragma once

#include "svp/host.hpp"

namespace svp::caam {

class Refusals {
 public:
    /** For registers and pages that are no ring's. */
    static constexpr unsigned no_ring = 4;

    explicit Refusals(Host& host) : host_(host) {}

    /** An access to a register, or to a page, of @p ring. */
    void registers(const Transaction& by, unsigned ring) {
        host_.refused(by, {Refuser::caam, ring, Response::okay});
    }

    /** An access to the registers of @p partition. */
    void partition(const Transaction& by, unsigned partition) {
        host_.refused(by, {Refuser::caam_secure_memory, partition, Response::okay});
    }

    /** An access to a page of secure memory, which is of @p partition. */
    void memory(const Transaction& by, unsigned partition) {
        host_.refused(by, {Refuser::caam_secure_memory, partition, Response::slverr});
    }
    /** The same by a job, which reaches secure memory without a bus. */
    void job_memory(const Transaction& by, unsigned partition) {
        host_.refused(by, {Refuser::caam_secure_memory, partition, Response::slverr, true});
    }

    /** What a job of @p ring wanted, whose descriptor is where @p by says. */
    void command(const Transaction& by, unsigned ring) {
        host_.refused(by, {Refuser::caam, ring, Response::okay, true});
    }

 private:
    Host& host_;
};

}  // namespace svp::caam
