// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How a job ends: the status word that the output ring, JRSTAR and DOPSTA carry.
 *
 * Bits 31:28 source, 27 the index is one behind a non-local jump, 15:8 index of the word in the descriptor
 * buffer, 7:0 error.
 */
#pragma once

#include <cstdint>

namespace svp::caam {

/** Errors of the descriptor controller (source 4). */
enum class DecoError : std::uint8_t {
    table_too_short = 0x01,
    table_null_entry = 0x02,
    bad_command = 0x04,
    key = 0x06,
    load = 0x07,
    store = 0x08,
    operation = 0x09,
    fifo_load = 0x0a,
    fifo_store = 0x0b,
    move = 0x0c,
    jump = 0x0d,
    math = 0x0e,
    signature = 0x0f,
    sequence = 0x10,
    shared_header = 0x12,
    header = 0x13,
    context_length = 0x15,
    dma = 0x16,
    ring_reset = 0x1a,
    ring_failed = 0x1b,
    watchdog = 0x1c,
    deco_reset = 0x20,
    metadata_size = 0x22,
    key_not_loaded = 0x24,
    undefined_protocol = 0x81,
    bad_pdb = 0x82,
    invalid_signature = 0x86,
    protocol_format = 0x88,
    protocol_size = 0x89,
    blob_mode = 0xc1,
    blob_memory_mode = 0xc2,
    blob_black_key = 0xc3,
    blob_size = 0xc4,
    blob_destination = 0xc5,
    blob_trusted = 0xc8,
};

/** The engines, by the number that error words give them. */
enum class ChaId : std::uint8_t { ccb = 0, aes = 1, des = 2, arc4 = 3, md = 4, rng = 5, pk = 8 };

/** Errors of an engine (source 2). */
enum class ChaError : std::uint8_t {
    mode = 0x1,
    data_size = 0x2,
    key_size = 0x3,
    pk_a_size = 0x4,
    pk_b_size = 0x5,
    out_of_sequence = 0x6,
    pk_divide_by_zero = 0x7,
    pk_modulus_even = 0x8,
    icv = 0xa,
    ccm_aad_size = 0xc,
    invalid_combination = 0xe,
    invalid_cha = 0xf,
};

/** The random number generator's own meanings of the same numbers. */
enum class RngError : std::uint8_t {
    instantiate = 0x3,
    not_instantiated = 0x4,
    uninstantiate = 0x8,
    secure_keys = 0x9,
};

/** Ends a job. Thrown inside the engine only; Deco::run() catches it. */
struct JobError {
    std::uint32_t status;  ///< without the index of the word

    explicit constexpr JobError(std::uint32_t word) : status(word) {}
    explicit constexpr JobError(DecoError error) : status(0x40000000u | static_cast<std::uint32_t>(error)) {}
    constexpr JobError(ChaId cha, ChaError error)
        : status(0x20000000u | static_cast<std::uint32_t>(cha) << 4 | static_cast<std::uint32_t>(error)) {}
    explicit constexpr JobError(RngError error)
        : status(0x20000000u | static_cast<std::uint32_t>(ChaId::rng) << 4 |
                 static_cast<std::uint32_t>(error)) {}
};

/**
 * A job is to stand still, and nothing of the command at hand has happened, or it can be done again. Thrown
 * inside the engine only; Deco::run() catches it.
 */
struct JobPaused {};

constexpr std::uint32_t source_field = 0xf0000000;
constexpr std::uint32_t source_cha = 0x20000000;
constexpr std::uint32_t source_deco = 0x40000000;
constexpr std::uint32_t source_ring = 0x60000000;
constexpr std::uint32_t source_jump_halt_user = 0x30000000;
constexpr std::uint32_t source_jump_halt = 0x70000000;
constexpr std::uint32_t jumped_flag = 1u << 27;

/** True if a job has ended in an error; a jump that halts with a status of its own is none. */
constexpr bool failed(std::uint32_t status) {
    const std::uint32_t source = status & source_field;
    return source == source_cha || source == source_deco || source == source_ring;
}

}  // namespace svp::caam
