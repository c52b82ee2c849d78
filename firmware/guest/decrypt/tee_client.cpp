// SPDX-License-Identifier: GPL-2.0-or-later
/* See tee_client.hpp. */
#include "tee_client.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "svp_decrypt.h"

namespace svp::decrypt {
namespace {

const char device_path[] = "/dev/tee0";

/* Newer than the headers of the cross compiler's distribution */
struct RegisterDescriptor {
    std::int64_t fd;
    std::uint64_t size;
    std::uint32_t flags;
    std::int32_t id;
};
#define SVP_TEE_IOC_SHM_REGISTER_FD _IOWR(TEE_IOC_MAGIC, TEE_IOC_BASE + 8, RegisterDescriptor)

}  // namespace

Uuid decrypt_uuid(bool unchecked) {
    Uuid uuid = SVP_DECRYPT_UUID_BYTES;
    if (unchecked)
        uuid.back() = SVP_DECRYPT_UNCHECKED_LAST_BYTE;
    return uuid;
}

Error tee_error(std::uint32_t result, std::uint32_t origin) {
    static constexpr std::uint32_t origin_of_ta = 4;
    static const struct {
        std::uint32_t result;
        const char* text;
    } known[] = {
        {0xffff0001, "access denied: the direction is not from ordinary to protected memory"},
        {0xffff0005, "refused: no headers by which the decoder could work"},
        {0xffff0006, "refused: bad parameters"},
        {0xffff0007, "refused: no such frame in the last sample, or not once more"},
        {0xffff000a, "not supported"},
        {0xffff000c, "out of memory in OP-TEE"},
        {0xffff000f, "the key blob is not one of this chip, or was changed"},
        {0xffff3024, "the trusted application has panicked"},
    };
    if (result == 0xffff0008)
        return Error{"OP-TEE: no such trusted application"};
    for (const auto& row : known)
        if (row.result == result)
            return Error{std::string(origin == origin_of_ta ? "TA: " : "OP-TEE: ") + row.text};
    char text[80];
    std::snprintf(text, sizeof(text), "OP-TEE: result %#x, origin %u", result, origin);
    return Error{text};
}

Result<TeeClient> TeeClient::open(const Uuid& uuid) {
    Result<Descriptor> device = Descriptor::open(device_path, O_RDWR);
    if (!device.ok())
        return device.error();
    TeeClient client;
    client.device_ = std::move(device.value());

    tee_ioctl_open_session_arg argument{};
    std::memcpy(argument.uuid, uuid.data(), uuid.size());
    argument.clnt_login = TEE_IOCTL_LOGIN_PUBLIC;
    tee_ioctl_buf_data data{};
    data.buf_ptr = reinterpret_cast<std::uintptr_t>(&argument);
    data.buf_len = sizeof(argument);
    if (ioctl(client.device_.get(), TEE_IOC_OPEN_SESSION, &data))
        return system_error(device_path, errno);
    if (argument.ret)
        return tee_error(argument.ret, argument.ret_origin);
    client.session_ = argument.session;
    return client;
}

Result<SharedMemory> TeeClient::allocate(std::size_t size) const {
    const std::string what =
        std::string(device_path) + ": " + std::to_string(size) + " bytes of shared memory";
    tee_ioctl_shm_alloc_data data{};
    data.size = size;
    SharedMemory memory;
    memory.file = Descriptor(ioctl(device_.get(), TEE_IOC_SHM_ALLOC, &data));
    if (memory.file.get() < 0)
        return system_error(what, errno);
    memory.id = data.id;
    Result<Mapping> mapping = Mapping::make(memory.file, size, what);
    if (!mapping.ok())
        return mapping.error();
    memory.mapping = std::move(mapping.value());
    return memory;
}

Result<SharedMemory> TeeClient::add(int descriptor, std::uint64_t size) const {
    RegisterDescriptor data{};
    data.fd = descriptor;
    data.size = size;
    SharedMemory memory;
    memory.file = Descriptor(ioctl(device_.get(), SVP_TEE_IOC_SHM_REGISTER_FD, &data));
    if (memory.file.get() < 0)
        return system_error(std::string(device_path) + ": the heap's buffer", errno);
    memory.id = data.id;
    return memory;
}

Result<Done> TeeClient::invoke(std::uint32_t function, Parameters& parameters) const {
    // The head ends with an array without a size, which C++ lets stand in no structure.
    alignas(tee_ioctl_invoke_arg) std::array<std::uint8_t, sizeof(tee_ioctl_invoke_arg) + sizeof(Parameters)>
        bytes{};
    auto* const head = reinterpret_cast<tee_ioctl_invoke_arg*>(bytes.data());
    tee_ioctl_buf_data data{};
    data.buf_ptr = reinterpret_cast<std::uintptr_t>(bytes.data());
    data.buf_len = bytes.size();
    head->func = function;
    head->session = session_;
    head->num_params = TeeClient::parameters;
    std::memcpy(bytes.data() + sizeof(*head), parameters.data(), sizeof(parameters));
    if (ioctl(device_.get(), TEE_IOC_INVOKE, &data))
        return system_error(device_path, errno);
    std::memcpy(parameters.data(), bytes.data() + sizeof(*head), sizeof(parameters));
    if (head->ret)
        return tee_error(head->ret, head->ret_origin);
    return Done{};
}

tee_ioctl_param TeeClient::memory(std::uint64_t type, const SharedMemory& memory, std::uint64_t offset,
                                  std::uint64_t size) {
    tee_ioctl_param parameter{};
    parameter.attr = type;
    parameter.a = offset;
    parameter.b = size;
    parameter.c = static_cast<std::uint64_t>(memory.id);
    return parameter;
}

}  // namespace svp::decrypt
