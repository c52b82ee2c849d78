// SPDX-License-Identifier: GPL-2.0-or-later
/** Descriptors as OP-TEE 4.10 builds them that more than one file of tests runs. */
#pragma once

#include "program.hpp"

namespace svp::test::optee_driver {

using namespace svp::test::caam_fields;

/**
 * The counter of GCM is its last 32 bits, which here overflow behind the first block: OP-TEE goes around that
 * by hand. 60 bytes at @p from become as many at @p to, by the 64 bytes of context at @p context, which are
 * moved on; the key has 16 bytes. All are addresses.
 */
inline Program gcm_around_overflow(std::uint64_t key_at, std::uint64_t context, std::uint64_t from,
                                   std::uint64_t to, bool encrypts) {
    const std::uint32_t direction = encrypts ? encrypt : decrypt;
    constexpr std::uint32_t again = 1u << 0 | 1u << 2 | 1u << 27 | 1u << 29;
    Program p = Program::job();
    p.key(class1, key_at, 16)
        .load(class1, r_context, 0, context, 64)
        .seq_out(to, 60)
        .seq_in(from, 60)
        .operation(aes_gcm | update | direction)
        .seq_fifo_load(class1 | ext, fl_msg | fl_last1)
        .word(16)
        .seq_fifo_store(ext, fs_msg)
        .word(16)
        .jump(j_class1)
        .move(m_ctx1, m_math2, 0, 16, m_wait)
        .clear_written(again | 1u << 21)
        .operation(aes_gcm | update | direction);
    if (encrypts) {
        p.seq_fifo_load(class1, fl_msg | fl_last1, 16)
            .move(m_ofifo, m_ctx2, 0, 16, m_wait)
            .seq_store(class2, r_context, 0, 16);
    } else {
        p.seq_fifo_load(both, fl_msg | fl_last1 | fl_last2, 16)
            .move(m_block, m_ctx2, 0, 16, m_aux_ms)
            .seq_fifo_store(0, fs_msg, 16);
    }
    return p.jump(j_class1)
        .move(m_math2, m_ctx1, 0, 16, m_wait)
        .clear_written(again)
        .move(m_ctx1, m_math2, 48, 8, m_wait)
        .move(m_ctx2, m_in, 0, 16)
        .load_word(0, r_info_size, 1u << 30 | 1u << 28 | 1u << 20 | 16)
        .operation(aes_gcm | update | direction)
        .jump(j_class1)
        .move(m_math2, m_ctx1, 48, 8, m_wait)
        .clear_written(again)
        .operation(aes_gcm | final | direction)
        .seq_fifo_load(class1 | ext, fl_msg | fl_last1)
        .word(28)
        .seq_fifo_store(ext, fs_msg)
        .word(28)
        .store(class1, r_context, 0, context, 64);
}

}  // namespace svp::test::optee_driver
