// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * A session with the trusted application svp-decrypt, for one buffer of a protected heap; or with svp-vp9,
 * which reads encrypted headers of VP9 as well.
 *
 * The encrypted bytes are put into the session's window, ordinary memory that is shared with OP-TEE and
 * physically contiguous; decrypt() then has CAAM read them there and write the clear text to the buffer.
 */
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "heap_buffer.hpp"
#include "svp_decrypt.h"
#include "svp_vp9.h"
#include "uuid.hpp"

namespace svp::decrypt {

/** How one sample is encrypted, see svp_decrypt.h. */
struct SampleDescription {
    svp_decrypt_scheme scheme = SVP_SCHEME_CTR;
    std::uint32_t crypt_blocks = 0;
    std::uint32_t skip_blocks = 0;
    std::uint32_t iv_size = SVP_DECRYPT_BLOCK;
    std::array<std::uint8_t, SVP_DECRYPT_BLOCK> iv{};
    std::vector<svp_decrypt_subsample> subsamples;

    /** Why a sample of `size` bytes cannot be like that, or an empty text. */
    std::string fault(std::uint64_t size) const;
};

/** Where the bytes of a sample went. */
struct Counts {
    std::uint64_t direct = 0;  ///< CAAM alone touched them
    std::uint64_t other = 0;   ///< went through memory of the TA
};

/** What a session may be told to do beside its work, for tests. */
struct TestOptions {
    bool unchecked = false;        ///< the TA that does not check the direction
    bool reverse = false;          ///< from the buffer to the window
    bool hostile = false;          ///< send what is known to be refused
    bool request_in_heap = false;  ///< the request is what lies in the buffer, of the TEE subsystem's heap
};

enum class Application : std::uint8_t { decrypt, vp9 };

class Session {
 public:
    /** `buffer` must outlive the session, or its use. */
    static Result<std::unique_ptr<Session>> open(const HeapBuffer& buffer, const TestOptions& options = {},
                                                 Application application = Application::decrypt);
    /** What comes goes to another buffer of the same kind of heap. */
    virtual Result<Done> use(const HeapBuffer& buffer) = 0;
    virtual ~Session() = default;

    /** Where encrypted bytes go; its size is the limit of one sample. */
    std::span<std::uint8_t> window() const;

    /** Decrypt `size` bytes at `window_offset` to `buffer_offset` of the buffer, with the key in `blob`. */
    Result<Counts> decrypt(const SampleDescription& sample, std::span<const std::uint8_t> blob,
                           std::uint64_t window_offset, std::uint64_t buffer_offset, std::uint64_t size);

    /** Of svp-vp9: what the headers say of the encrypted sample, `size` bytes at the window's beginning.
     * Nothing becomes of the buffer, which has at least as many bytes as an answer. */
    Result<svp_vp9_answer> headers(std::span<const std::uint8_t, SVP_DECRYPT_BLOCK> iv,
                                   std::span<const std::uint8_t> blob, std::uint64_t size);
    /** Of svp-vp9: decrypt a frame of that sample, which is still in the window, to the buffer's beginning.
     */
    Result<Counts> frame(std::uint32_t number, const svp_vp9_frame& frame);

 protected:
    struct Call {
        std::uint32_t function;
        std::uint64_t request_offset;
        std::uint64_t request_size;
        std::uint64_t window_offset;
        std::uint64_t buffer_offset;
        std::uint64_t size;
        bool reverse = false;  ///< from the buffer to the window
    };

    Session(const TestOptions& options, Application application)
        : options_(options), application_(application) {}

    Uuid uuid() const;

    /** The whole memory that is shared with OP-TEE; requests are at its beginning. */
    virtual std::span<std::uint8_t> shared() const = 0;
    virtual Result<Counts> invoke(const Call& call) = 0;

    const TestOptions options_;
    const Application application_;
};

/** The blob of a key (16, 24, 32 bytes) for one of the applications. Only with an OP-TEE that was built for
 * tests. */
Result<std::vector<std::uint8_t>> wrap_key(std::span<const std::uint8_t> key,
                                           Application application = Application::decrypt);

}  // namespace svp::decrypt
