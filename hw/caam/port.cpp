// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/port.hpp"

#include "caam/job_status.hpp"
#include "caam/secure_memory.hpp"

namespace svp::caam {

void Port::exclusive(const std::function<void()>& section) {
    inside_ ? section() : host_.exclusive(section);
}

Response Port::transfer_in(std::uint64_t address, std::span<std::uint8_t> data) {
    if (data.empty()) {
        return Response::okay;
    }
    if (!secure_memory_.touches(address, data.size())) {
        return host_.bus_read(Master::caam, owner_.world, address, data);
    }
    Response answer = Response::okay;
    exclusive([&] { answer = secure_memory_.job_read(owner_, address, data); });
    return answer;
}

Response Port::transfer_out(std::uint64_t address, std::span<const std::uint8_t> data) {
    if (data.empty()) {
        return Response::okay;
    }
    if (!secure_memory_.touches(address, data.size())) {
        return host_.bus_write(Master::caam, owner_.world, address, data);
    }
    Response answer = Response::okay;
    exclusive([&] { answer = secure_memory_.job_write(owner_, address, data); });
    return answer;
}

void Port::charge(std::uint64_t bytes) {
    if (bytes > left_) {
        throw JobError(DecoError::watchdog);
    }
    left_ -= bytes;
}

void Port::read(std::uint64_t address, std::span<std::uint8_t> data, Purpose purpose) {
    charge(data.size());
    const Response answer = transfer_in(address, data);
    if (answer != Response::okay) {
        fail(address, data.size(), false, answer, purpose);
    }
    bytes_read_ += data.size();
}

bool Port::try_read(std::uint64_t address, std::span<std::uint8_t> data) {
    return transfer_in(address, data) == Response::okay;
}

void Port::write(std::uint64_t address, std::span<const std::uint8_t> data) {
    charge(data.size());
    const Response answer = transfer_out(address, data);
    if (answer != Response::okay) {
        fail(address, data.size(), true, answer, Purpose::data);
    }
    bytes_written_ += data.size();
}

bool Port::pass(std::uint64_t source, std::uint64_t target, std::size_t size,
                const std::function<void(const std::uint8_t*, std::uint8_t*)>& move) {
    if (2 * std::uint64_t{size} > left_ || secure_memory_.touches(source, size) ||
        secure_memory_.touches(target, size) ||
        !host_.bus_pass(Master::caam, owner_.world, source, target, size, move)) {
        return false;
    }
    charge(2 * std::uint64_t{size});
    bytes_read_ += size;
    bytes_written_ += size;
    return true;
}

void Port::fail(std::uint64_t address, std::size_t size, bool write, Response answer, Purpose purpose) {
    if (!fault_.happened) {
        fault_ = {true, address, static_cast<std::uint32_t>(size), write, answer, purpose, owner_};
    }
    throw JobError(DecoError::dma);
}

}  // namespace svp::caam
