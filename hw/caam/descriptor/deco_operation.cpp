// SPDX-License-Identifier: GPL-2.0-or-later
/** OPERATION. */
#include "caam/descriptor/deco.hpp"

namespace svp::caam {

namespace {

enum class OperationType : std::uint8_t {
    unidirectional = 0,
    public_key = 1,
    class1 = 2,
    class2 = 4,
    decapsulation = 6,
    encapsulation = 7,
};

constexpr std::uint8_t algorithm_rng = 0x50;
constexpr std::uint16_t rng_secure_keys = 0x100;

}  // namespace

void Deco::operation(std::uint32_t word) {
    const Operation wanted{word & 0x07ffffff};
    switch (static_cast<OperationType>(word >> 24 & 7)) {
        case OperationType::class1:
            if (wanted.algorithm() == algorithm_rng) {
                return rng_operation(wanted);
            }
            return ccb_.start(1, wanted);
        case OperationType::class2:
            return ccb_.start(2, wanted);
        case OperationType::public_key:
            engine_.counters[Work::pkha].operations += ccb_.pkha().interrupted() ? 0 : 1;
            return ccb_.pkha().operate(word, [this] {
                account();
                return port_.must_pause();
            });
        case OperationType::unidirectional:
        case OperationType::decapsulation:
        case OperationType::encapsulation:
            return protocol(word);
    }
    throw JobError(DecoError::operation);
}

void Deco::rng_operation(Operation operation) {
    const unsigned handle = operation.aai() & 3;
    ++engine_.counters[Work::rng].operations;
    lasting_ = lasting_ || operation.initialises() || operation.finishes() ||
               (operation.aai() & rng_secure_keys) != 0;
    if ((operation.aai() & rng_secure_keys) != 0) {
        engine_.rng.require(handle);
        engine_.keys.load(engine_.rng);
        return;
    }
    if (operation.initialises() && operation.finishes()) {
        if (!engine_.rng.may_uninstantiate(handle, port_.owner().world)) {
            port_.command_refused(job_address_);
            throw JobError(RngError::uninstantiate);
        }
        engine_.rng.uninstantiate(handle);
    } else if (operation.initialises()) {
        engine_.rng.instantiate(handle, operation.checks_icv(), port_.owner().world);
    } else if (operation.finishes()) {
        engine_.rng.reseed(handle);
    } else {
        engine_.rng.require(handle);
        rng_handle_ = handle;
        rng_ready_ = true;
    }
}

}  // namespace svp::caam
