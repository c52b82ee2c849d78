// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/memory/port.hpp"

#include "bus/data_follower.hpp"
#include "caam/job_status.hpp"
#include "caam/memory/refusals.hpp"
#include "caam/memory/secure_memory.hpp"

namespace svp::caam {

namespace {

constexpr std::uint64_t access_ns = 500;
constexpr std::uint64_t bytes_per_ns = 4;

}  // namespace

void Owner::exchange(Archive& archive) {
    archive.value(world, static_cast<std::uint64_t>(World::non_secure));
    archive.value(did, 15);
    archive.value(icid, 0x7ff);
    archive.value(source, 7);
}

void BusFault::exchange(Archive& archive) {
    archive.value(happened);
    archive.value(address);
    archive.value(size);
    archive.value(write);
    archive.value(answer, static_cast<std::uint64_t>(Response::decerr));
    archive.value(purpose, static_cast<std::uint64_t>(Purpose::key));
    owner.exchange(archive);
}

void Port::report() {
    if (taken_ > 0) {
        host_.work_takes(taken_);
        taken_ = 0;
    }
}

bool Port::asks_pause() {
    overtime_ += taken_;
    report();
    if (!host_.work_must_end()) {
        overtime_ = 0;
    }
    return overtime_ > grace_ns_;
}

/** Time that was taken is told of before; what follows a load begins anew. */
void Port::exchange(Archive& archive) {
    fault_.exchange(archive);
    archive.value(left_);
    archive.value(bytes_read_);
    archive.value(bytes_written_);
    if (!archive.writing()) {
        taken_ = overtime_ = 0;
    }
}

void Port::exclusive(const std::function<void()>& section) {
    inside_ ? section() : host_.exclusive(section);
}

Transaction Port::access(std::uint64_t address, std::size_t size, Direction direction) const {
    Transaction access;
    access.address = address;
    access.size = static_cast<std::uint32_t>(size);
    access.direction = direction;
    access.master = Master::caam;
    access.world = owner_.world;
    return access;
}

void Port::refused(std::uint64_t address, std::size_t size, Direction direction) {
    Refusals(host_).job_memory(access(address, size, direction),
                               secure_memory_.partition_at(address - secure_memory_.base()));
}

void Port::command_refused(std::uint64_t descriptor) {
    constexpr std::size_t command_bytes = 4;
    exclusive(
        [&] { Refusals(host_).command(access(descriptor, command_bytes, Direction::write), owner_.source); });
}

Response Port::transfer_in(std::uint64_t address, std::span<std::uint8_t> data, bool steers) {
    if (data.empty()) {
        return Response::okay;
    }
    if (!secure_memory_.touches(address, data.size())) {
        const Initiator by = {Master::caam, owner_.world};
        DataFollower* follower = steers ? host_.data_follower() : nullptr;
        return follower != nullptr ? follower->read_steering(by, address, data)
                                   : host_.bus_read(by, address, data);
    }
    Response answer = Response::okay;
    exclusive([&] {
        answer = secure_memory_.job_read(owner_, address, data);
        if (answer != Response::okay) {
            refused(address, data.size(), Direction::read);
        }
    });
    return answer;
}

Response Port::transfer_out(std::uint64_t address, std::span<const std::uint8_t> data) {
    if (data.empty()) {
        return Response::okay;
    }
    if (!secure_memory_.touches(address, data.size())) {
        const Initiator by = {Master::caam, owner_.world};
        DataFollower* follower = harmless_ ? host_.data_follower() : nullptr;
        return follower != nullptr ? follower->write_harmless(by, address, data)
                                   : host_.bus_write(by, address, data);
    }
    Response answer = Response::okay;
    exclusive([&] {
        answer = secure_memory_.job_write(owner_, address, data);
        if (answer != Response::okay) {
            refused(address, data.size(), Direction::write);
        }
    });
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
    taken_ += access_ns + data.size() / bytes_per_ns;
    const Response answer = transfer_in(address, data, purpose == Purpose::descriptor);
    if (answer != Response::okay) {
        fail(address, data.size(), false, answer, purpose);
    }
    bytes_read_ += data.size();
}

bool Port::try_read(std::uint64_t address, std::span<std::uint8_t> data) {
    return transfer_in(address, data, true) == Response::okay;
}

void Port::write(std::uint64_t address, std::span<const std::uint8_t> data) {
    charge(data.size());
    taken_ += access_ns + data.size() / bytes_per_ns;
    const Response answer = transfer_out(address, data);
    if (answer != Response::okay) {
        fail(address, data.size(), true, answer, Purpose::data);
    }
    bytes_written_ += data.size();
}

bool Port::transform(std::uint64_t source, std::uint64_t target, std::size_t size,
                     const std::function<void(const std::uint8_t*, std::uint8_t*)>& move) {
    if (2 * std::uint64_t{size} > left_ || secure_memory_.touches(source, size) ||
        secure_memory_.touches(target, size)) {
        return false;
    }
    const Initiator by = {Master::caam, owner_.world};
    DataFollower* follower = harmless_ ? host_.data_follower() : nullptr;
    if (!(follower != nullptr ? follower->transform_harmless(by, source, target, size, move)
                              : host_.bus_transform(by, source, target, size, move))) {
        return false;
    }
    charge(2 * std::uint64_t{size});
    taken_ += access_ns + size / bytes_per_ns;
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
