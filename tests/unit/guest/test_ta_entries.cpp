// SPDX-License-Identifier: GPL-2.0-or-later
/** What the trusted applications svp-decrypt and svp-vp9 do for a client that sends what no client should:
 * they are called here as OP-TEE calls them. */
#include "../catch.hpp"
#include "tee/fake_tee.hpp"
#include "vp9_samples.hpp"

using namespace svp::test;

namespace {

constexpr std::uint32_t types = TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_INPUT,
                                                TEE_PARAM_TYPE_MEMREF_OUTPUT, TEE_PARAM_TYPE_VALUE_OUTPUT);
constexpr std::uint32_t blob_size = 64;

using Invoke = TEE_Result (*)(void*, std::uint32_t, std::uint32_t, TEE_Param*);

TEE_Result call(Invoke invoke, std::uint32_t command, Bytes& request, Bytes& in, Bytes& out) {
    TEE_Param params[TEE_NUM_PARAMS]{};
    params[0].memref = {request.data(), request.size()};
    params[1].memref = {in.data(), in.size()};
    params[2].memref = {out.data(), out.size()};
    return invoke(nullptr, command, types, params);
}

/** A board whose protected memory are such buffers. */
template <typename... T>
void protect(const T&... buffers) {
    fake_tee().secure.clear();
    (fake_tee().secure.emplace_back(buffers), ...);
}

/** The same encrypted, behind a request of svp-vp9 for its headers. */
Bytes headers_request(const Bytes& clear) {
    svp_sample sample{};
    sample.scheme = SVP_SCHEME_CENC;
    sample.iv_size = 16;
    sample.size = clear.size();
    svp_vp9_request request{};
    request.version = SVP_VP9_VERSION;
    request.iv_size = 16;
    request.blob_size = blob_size;
    Bytes bytes = bytes_of(request);
    const Bytes secret = reference(sample, clear);
    bytes.insert(bytes.end(), secret.begin(), secret.end());
    return bytes;
}

Bytes sample_in(const Bytes& request) {
    return {request.begin() + sizeof(svp_vp9_request), request.end()};
}

TEE_Result read_headers(Bytes& request) {
    Bytes none, answer(sizeof(svp_vp9_answer));
    return call(svp_vp9_invoke, SVP_VP9_HEADERS, request, none, answer);
}

TEE_Result decrypt_frame(std::uint32_t number, Bytes& in, Bytes& out) {
    Bytes request = bytes_of(svp_vp9_frame_request{SVP_VP9_VERSION, number});
    return call(svp_vp9_invoke, SVP_VP9_FRAME, request, in, out);
}

}  // namespace

TEST_CASE("svp-decrypt: a request in protected memory is refused, whatever is in it", "[guest]") {
    svp_decrypt_request request{};
    request.version = SVP_DECRYPT_VERSION;
    request.scheme = SVP_SCHEME_CENC;
    request.iv_size = 16;
    request.blob_size = blob_size;
    Bytes in(256, 1), out(256);
    // The low byte of a number that has to fit the request's size: a client that tries sizes would learn it.
    for (std::uint32_t secret = 0; secret < 256; secret += 15) {
        request.subsamples = secret;
        Bytes bytes = bytes_of(request);
        for (std::uint32_t n = 0; n < secret; ++n) {
            const Bytes part = bytes_of(svp_decrypt_subsample{n == 0 ? 256 - secret + 1 : 1, 0});
            bytes.insert(bytes.end(), part.begin(), part.end());
        }
        CAPTURE(secret);
        protect(out);
        CHECK(call(svp_decrypt_invoke, SVP_DECRYPT_SAMPLE, bytes, in, out) == TEE_SUCCESS);
        protect(out, bytes);
        CHECK(call(svp_decrypt_invoke, SVP_DECRYPT_SAMPLE, bytes, in, out) == TEE_ERROR_ACCESS_DENIED);
        bytes.resize(bytes.size() + sizeof(svp_decrypt_subsample));
        protect(out, bytes);
        CHECK(call(svp_decrypt_invoke, SVP_DECRYPT_SAMPLE, bytes, in, out) == TEE_ERROR_ACCESS_DENIED);
    }
}

TEST_CASE("svp-vp9: a request in protected memory is refused, whatever is in it", "[guest]") {
    const Bytes clear = key_frame();
    Bytes request = headers_request(clear), in = sample_in(request), out(clear.size());
    protect(out, request);
    CHECK(read_headers(request) == TEE_ERROR_ACCESS_DENIED);
    for (std::uint32_t version = 0; version < 3; ++version) {
        for (std::uint32_t number = 0; number < 3; ++number) {
            protect(out);
            REQUIRE(read_headers(request) == TEE_SUCCESS);
            Bytes frame = bytes_of(svp_vp9_frame_request{version, number});
            protect(out, frame);
            CHECK(call(svp_vp9_invoke, SVP_VP9_FRAME, frame, in, out) == TEE_ERROR_ACCESS_DENIED);
            CHECK(std::ranges::count(out, 0) == std::ssize(out));
        }
    }
}

TEST_CASE("svp-vp9: the headers in the heap are those that were read, whatever the client makes of its own",
          "[guest]") {
    const Bytes clear = key_frame();
    Bytes request = headers_request(clear), in = sample_in(request), out(clear.size());
    protect(out);
    REQUIRE(read_headers(request) == TEE_SUCCESS);
    for (auto& byte : in)
        byte = static_cast<std::uint8_t>(~byte);
    REQUIRE(decrypt_frame(0, in, out) == TEE_SUCCESS);
    svp_vp9_answer answer{};
    Bytes none, bytes(sizeof(answer));
    REQUIRE(call(svp_vp9_invoke, SVP_VP9_HEADERS, request, none, bytes) == TEE_SUCCESS);
    std::memcpy(&answer, bytes.data(), sizeof(answer));
    const svp_vp9_frame_header& header = answer.frames[0].header;
    const std::size_t size = header.uncompressed_header_size + header.compressed_header_size;
    REQUIRE(size < clear.size());
    for (std::size_t at = 0; at < clear.size(); ++at) {
        const std::uint8_t wanted = at < size ? clear[at] : static_cast<std::uint8_t>(~clear[at]);
        CAPTURE(at);
        REQUIRE(out[at] == wanted);
    }
}

TEST_CASE("svp-vp9: no frame without headers that were read just before, into protected memory alone",
          "[guest]") {
    const Bytes clear = key_frame();
    Bytes request = headers_request(clear), in = sample_in(request), out(clear.size()), open(clear.size());
    protect(out);
    REQUIRE(read_headers(request) == TEE_SUCCESS);
    CHECK(decrypt_frame(0, in, open) == TEE_ERROR_ACCESS_DENIED);
    CHECK(decrypt_frame(0, out, out) == TEE_ERROR_ACCESS_DENIED);
    CHECK(std::ranges::count(open, 0) == std::ssize(open));
    CHECK(decrypt_frame(0, in, out) == TEE_SUCCESS);
    CHECK(std::ranges::equal(out, clear));
    CHECK(decrypt_frame(0, in, out) == TEE_ERROR_BAD_STATE);
    // A sample that is refused, and a blob that is none, leave nothing of the sample before.
    for (const bool bad_key : {false, true}) {
        protect(out);
        REQUIRE(read_headers(request) == TEE_SUCCESS);
        Bytes next = request;
        if (bad_key)
            fake_tee().key_result = TEE_ERROR_SECURITY;
        else
            next[sizeof(svp_vp9_request)] ^= 0xc0;
        CHECK(read_headers(next) == (bad_key ? TEE_ERROR_SECURITY : TEE_ERROR_BAD_FORMAT));
        fake_tee().key_result = TEE_SUCCESS;
        CHECK(decrypt_frame(0, in, out) == TEE_ERROR_BAD_STATE);
    }
}

TEST_CASE("svp-vp9: nothing clear stays in working memory, also where the cipher fails", "[guest]") {
    const Bytes clear = key_frame();
    Bytes request = headers_request(clear), in = sample_in(request), out(clear.size());
    const auto is_clean = [] {
        const auto& left = svp_vp9_stage()->out;
        return std::all_of(std::begin(left), std::end(left), [](auto byte) { return byte == 0; });
    };
    protect(out);
    REQUIRE(read_headers(request) == TEE_SUCCESS);
    CHECK(is_clean());
    REQUIRE(decrypt_frame(0, in, out) == TEE_SUCCESS);
    CHECK(is_clean());
    unsigned failed = 0;
    for (std::uint32_t run = 1; run < 10; ++run) {
        REQUIRE(read_headers(request) == TEE_SUCCESS);
        fake_tee().cipher.fail_at = fake_tee().cipher.runs + run;
        failed += decrypt_frame(0, in, out) == 0xbad;
        fake_tee().cipher.fail_at = 0;
        CHECK(is_clean());
    }
    CHECK(failed > 1);
}
