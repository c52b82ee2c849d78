// SPDX-License-Identifier: GPL-2.0-or-later
/** Functions that exist twice: for the processor's wider vectors, if it has them, and for any. */
#pragma once

// Sanitizers are not there yet when the choice is made at start-up.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define SVP_DCSS_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define SVP_DCSS_WIDE
#endif

/** For what such a function consists of: it is compiled in both. */
#if defined(__GNUC__)
#define SVP_DCSS_PART [[gnu::always_inline]] inline
#else
#define SVP_DCSS_PART inline
#endif
