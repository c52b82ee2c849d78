// SPDX-License-Identifier: GPL-2.0-or-later
/* See session.hpp. */
#include "session.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "secure_heap_tee.h"
#include "tee_client.hpp"

extern "C" {
#include "sample.h"
}

namespace svp::decrypt {
namespace {

constexpr std::size_t shared_size = SECURE_HEAP_TEE_WINDOW_MAX;
/* The largest request, in whole pages */
constexpr std::size_t request_area = 64 << 10;
static_assert(sizeof(svp_decrypt_request) + SVP_DECRYPT_MAX_SUBSAMPLES * sizeof(svp_decrypt_subsample) <=
              request_area);
/* Of svp-vp9: answers at the beginning of that, requests behind */
constexpr std::size_t vp9_request_at = 32 << 10;
static_assert(sizeof(svp_vp9_answer) <= vp9_request_at);

/** Buffers of module secure_heap. */
class BridgeSession : public Session {
 public:
    BridgeSession(const HeapBuffer& buffer, const TestOptions& options, Application application,
                  Descriptor device, Mapping window)
        : Session(options, application),
          buffer_(&buffer),
          device_(std::move(device)),
          window_(std::move(window)) {}

    Result<Done> use(const HeapBuffer& buffer) override {
        buffer_ = &buffer;
        return Done{};
    }

 protected:
    std::span<std::uint8_t> shared() const override { return window_.bytes(); }

    Result<Counts> invoke(const Call& call) override {
        secure_heap_tee_invoke argument{};
        const Uuid name = uuid();
        std::memcpy(argument.uuid, name.data(), name.size());
        argument.function = call.function;
        argument.flags = call.reverse ? SECURE_HEAP_TEE_REVERSE : 0;
        argument.fd = buffer_->descriptor();
        argument.request_offset = call.request_offset;
        argument.request_size = call.request_size;
        argument.window_offset = call.window_offset;
        argument.buffer_offset = call.buffer_offset;
        argument.size = call.size;
        if (ioctl(device_.get(), SECURE_HEAP_TEE_INVOKE, &argument))
            return system_error("/dev/secure_heap_tee", errno);
        if (argument.result)
            return tee_error(argument.result, argument.origin);
        return Counts{argument.values[0], argument.values[1]};
    }

 private:
    const HeapBuffer* buffer_;
    Descriptor device_;
    Mapping window_;
};

/** Buffers of the TEE subsystem's own heaps. */
class TeeSession : public Session {
 public:
    TeeSession(const TestOptions& options, Application application, TeeClient client, SharedMemory window,
               SharedMemory buffer)
        : Session(options, application),
          client_(std::move(client)),
          window_(std::move(window)),
          buffer_(std::move(buffer)) {}

    Result<Done> use(const HeapBuffer& buffer) override {
        Result<SharedMemory> other = client_.add(buffer.descriptor(), buffer.size());
        if (!other.ok())
            return other.error();
        buffer_ = std::move(other.value());
        return Done{};
    }

 protected:
    std::span<std::uint8_t> shared() const override { return window_.mapping.bytes(); }

    Result<Counts> invoke(const Call& call) override {
        const SharedMemory& source = call.reverse ? buffer_ : window_;
        const SharedMemory& target = call.reverse ? window_ : buffer_;
        const std::uint64_t from = call.reverse ? call.buffer_offset : call.window_offset;
        const std::uint64_t to = call.reverse ? call.window_offset : call.buffer_offset;
        TeeClient::Parameters parameters = {
            TeeClient::memory(TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT,
                              options_.request_in_heap ? buffer_ : window_, call.request_offset,
                              call.request_size),
            TeeClient::memory(TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT, source, from, call.size),
            TeeClient::memory(TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT, target, to, call.size),
            tee_ioctl_param{}};
        parameters[3].attr = TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_OUTPUT;
        const Result<Done> done = client_.invoke(call.function, parameters);
        if (!done.ok())
            return done.error();
        return Counts{parameters[3].a, parameters[3].b};
    }

 private:
    TeeClient client_;
    SharedMemory window_;
    SharedMemory buffer_;
};

Uuid uuid_of(Application application, bool unchecked) {
    return application == Application::vp9 ? Uuid(SVP_VP9_UUID_BYTES) : decrypt_uuid(unchecked);
}

Result<std::unique_ptr<Session>> open_bridge(const HeapBuffer& buffer, const TestOptions& options,
                                             Application application) {
    Result<Descriptor> device = Descriptor::open("/dev/secure_heap_tee", O_RDWR);
    if (!device.ok())
        return device.error();
    Result<Mapping> window = Mapping::make(device.value(), shared_size, "/dev/secure_heap_tee: window");
    if (!window.ok())
        return window.error();
    return std::unique_ptr<Session>(new BridgeSession(buffer, options, application, std::move(device.value()),
                                                      std::move(window.value())));
}

Result<std::unique_ptr<Session>> open_tee(const HeapBuffer& buffer, const TestOptions& options,
                                          Application application) {
    Result<TeeClient> client = TeeClient::open(uuid_of(application, options.unchecked));
    if (!client.ok())
        return client.error();
    Result<SharedMemory> window = client.value().allocate(shared_size);
    if (!window.ok())
        return window.error();
    Result<SharedMemory> target = client.value().add(buffer.descriptor(), buffer.size());
    if (!target.ok())
        return target.error();
    return std::unique_ptr<Session>(new TeeSession(options, application, std::move(client.value()),
                                                   std::move(window.value()), std::move(target.value())));
}

}  // namespace

std::string SampleDescription::fault(std::uint64_t size) const {
    svp_sample sample{};
    sample.scheme = scheme;
    sample.crypt_blocks = crypt_blocks;
    sample.skip_blocks = skip_blocks;
    sample.iv_size = iv_size;
    sample.size = size;
    sample.subsamples = subsamples.data();
    sample.subsample_count = static_cast<std::uint32_t>(std::min<std::size_t>(subsamples.size(), UINT32_MAX));
    const char* const text = svp_sample_fault(&sample);
    return text ? text : "";
}

Result<std::unique_ptr<Session>> Session::open(const HeapBuffer& buffer, const TestOptions& options,
                                               Application application) {
    if (options.request_in_heap && buffer.kind() != HeapBuffer::Kind::tee)
        return Error{"--request-in-heap: only with the heap of the TEE subsystem"};
    return buffer.kind() == HeapBuffer::Kind::tee ? open_tee(buffer, options, application)
                                                  : open_bridge(buffer, options, application);
}

Uuid Session::uuid() const {
    return uuid_of(application_, options_.unchecked);
}

std::span<std::uint8_t> Session::window() const {
    return shared().subspan(request_area);
}

Result<Counts> Session::decrypt(const SampleDescription& sample, std::span<const std::uint8_t> blob,
                                std::uint64_t window_offset, std::uint64_t buffer_offset,
                                std::uint64_t size) {
    const std::string fault = sample.fault(size);
    if (!fault.empty() && !options_.hostile)
        return Error{fault};
    if (sample.subsamples.size() > SVP_DECRYPT_MAX_SUBSAMPLES)
        return Error{"too many sub-samples"};
    if (blob.size() > SVP_DECRYPT_MAX_BLOB)
        return Error{"the key blob is longer than that of any key"};

    svp_decrypt_request request{};
    request.version = SVP_DECRYPT_VERSION;
    request.scheme = sample.scheme;
    request.crypt_blocks = sample.crypt_blocks;
    request.skip_blocks = sample.skip_blocks;
    request.iv_size = sample.iv_size;
    request.blob_size = static_cast<std::uint32_t>(blob.size());
    request.subsamples = static_cast<std::uint32_t>(sample.subsamples.size());
    std::copy(sample.iv.begin(), sample.iv.end(), request.iv);
    std::copy(blob.begin(), blob.end(), request.blob);

    const std::size_t table = sample.subsamples.size() * sizeof(svp_decrypt_subsample);
    std::memcpy(shared().data(), &request, sizeof(request));
    if (table)
        std::memcpy(shared().data() + sizeof(request), sample.subsamples.data(), table);
    return invoke({SVP_DECRYPT_SAMPLE, 0, sizeof(request) + table, request_area + window_offset,
                   buffer_offset, size, options_.reverse});
}

Result<svp_vp9_answer> Session::headers(std::span<const std::uint8_t, SVP_DECRYPT_BLOCK> iv,
                                        std::span<const std::uint8_t> blob, std::uint64_t size) {
    if (blob.size() > SVP_DECRYPT_MAX_BLOB)
        return Error{"the key blob is longer than that of any key"};
    svp_vp9_request request{};
    request.version = SVP_VP9_VERSION;
    request.iv_size = SVP_DECRYPT_BLOCK;
    request.blob_size = static_cast<std::uint32_t>(blob.size());
    std::copy(iv.begin(), iv.end(), request.iv);
    std::copy(blob.begin(), blob.end(), request.blob);
    // The sample comes right behind it.
    const std::size_t at = request_area - sizeof(request);
    std::memcpy(shared().data() + at, &request, sizeof(request));
    const Result<Counts> done =
        invoke({SVP_VP9_HEADERS, at, sizeof(request) + size, 0, 0, sizeof(svp_vp9_answer), true});
    if (!done.ok())
        return done.error();
    svp_vp9_answer answer{};
    std::memcpy(&answer, shared().data(), sizeof(answer));
    if (answer.version != SVP_VP9_VERSION || answer.count > SVP_VP9_MAX_FRAMES)
        return Error{"svp-vp9 gives an answer of another version"};
    return answer;
}

Result<Counts> Session::frame(std::uint32_t number, const svp_vp9_frame& frame) {
    const svp_vp9_frame_request request = {SVP_VP9_VERSION, number};
    std::memcpy(shared().data() + vp9_request_at, &request, sizeof(request));
    return invoke({SVP_VP9_FRAME, vp9_request_at, sizeof(request), request_area + frame.offset, 0, frame.size,
                   options_.reverse});
}

Result<std::vector<std::uint8_t>> wrap_key(std::span<const std::uint8_t> key, Application application) {
    if (key.size() != 16 && key.size() != 24 && key.size() != 32)
        return Error{"a key has 16, 24 or 32 bytes"};
    Result<TeeClient> client = TeeClient::open(decrypt_uuid(true));
    if (!client.ok())
        return client.error();
    Result<SharedMemory> memory = client.value().allocate(request_area);
    if (!memory.ok())
        return memory.error();
    const std::span<std::uint8_t> bytes = memory.value().mapping.bytes();
    const std::size_t blob_at = 64;
    std::copy(key.begin(), key.end(), bytes.begin());
    TeeClient::Parameters parameters = {
        TeeClient::memory(TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT, memory.value(), 0, key.size()),
        TeeClient::memory(TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT, memory.value(), blob_at,
                          SVP_DECRYPT_MAX_BLOB),
        tee_ioctl_param{}, tee_ioctl_param{}};
    const Result<Done> done = client.value().invoke(
        application == Application::vp9 ? SVP_DECRYPT_WRAP_FOR_HEADERS : SVP_DECRYPT_WRAP, parameters);
    std::fill_n(bytes.begin(), key.size(), std::uint8_t{0});
    if (!done.ok())
        return done.error();
    const std::size_t size = std::min<std::size_t>(parameters[1].b, SVP_DECRYPT_MAX_BLOB);
    return std::vector<std::uint8_t>(bytes.begin() + blob_at,
                                     bytes.begin() + blob_at + static_cast<std::ptrdiff_t>(size));
}

}  // namespace svp::decrypt
