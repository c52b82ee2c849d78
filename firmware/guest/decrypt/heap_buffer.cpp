// SPDX-License-Identifier: GPL-2.0-or-later
/* See heap_buffer.hpp. */
#include "heap_buffer.hpp"

#include <fcntl.h>
#include <linux/dma-heap.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <cerrno>

namespace svp::decrypt {
namespace {

const std::string folder = "/dev/dma_heap/";
const std::string tee_prefix = "protected,";

Result<std::string> find_heap(const std::string& heap) {
    if (heap.empty() || heap.find('/') != std::string::npos)
        return Error{"heap '" + heap + "': not a name of a heap"};
    for (const std::string& name : {heap, heap + "-protected", tee_prefix + heap})
        if (access((folder + name).c_str(), F_OK) == 0)
            return name;
    return Error{"heap '" + heap + "': there is none of that name in " + folder};
}

}  // namespace

Result<HeapBuffer> HeapBuffer::allocate(const std::string& heap, std::uint64_t size) {
    const Result<std::string> name = find_heap(heap);
    if (!name.ok())
        return name.error();
    Result<Descriptor> device = Descriptor::open(folder + name.value(), O_RDWR);
    if (!device.ok())
        return device.error();

    dma_heap_allocation_data request{};
    request.len = size;
    request.fd_flags = O_RDWR | O_CLOEXEC;
    if (ioctl(device.value().get(), DMA_HEAP_IOCTL_ALLOC, &request))
        return system_error("heap '" + name.value() + "': " + std::to_string(size) + " bytes", errno);
    HeapBuffer buffer;
    buffer.file_ = Descriptor(static_cast<int>(request.fd));
    const off_t end = lseek(buffer.file_.get(), 0, SEEK_END);
    buffer.size_ = end < 0 ? size : static_cast<std::uint64_t>(end);
    buffer.kind_ = name.value().starts_with(tee_prefix) ? Kind::tee : Kind::secure_heap;
    return buffer;
}

}  // namespace svp::decrypt
