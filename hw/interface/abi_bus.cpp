// SPDX-License-Identifier: GPL-2.0-or-later
/** The C interface of include/svp/abi_bus.h on top of svp::Bus. */
#include "svp/abi_bus.h"

#include "bus/bus.hpp"
#include "firewall/firewall.hpp"
#include "interface/abi_device.hpp"
#include "observer/bus_monitor.hpp"

namespace {

SvpTransaction plain(const svp::Transaction& access) {
    SvpTransaction result{};
    result.address = access.address;
    result.size = access.size;
    result.write = access.direction == svp::Direction::write;
    result.secure = access.world == svp::World::secure;
    result.privileged = access.privileged;
    result.debug = access.debug;
    result.master = static_cast<std::uint8_t>(access.master);
    result.domain = access.domain;
    return result;
}

/** svp::RawMemory whose calls go to the adapter's C functions. */
class AdapterMemory final : public svp::RawMemory {
 public:
    AdapterMemory(const SvpRawMemoryOps* ops, void* opaque) : ops_(ops), opaque_(opaque) {}

    std::uint64_t ram_left(std::uint64_t address) override { return ops_->ram_left(opaque_, address); }
    svp::Response read(const svp::Transaction& by, std::span<std::uint8_t> data) override {
        const SvpTransaction access = plain(by);
        return static_cast<svp::Response>(ops_->read(opaque_, &access, data.data(), data.size()));
    }
    svp::Response write(const svp::Transaction& by, std::span<const std::uint8_t> data) override {
        const SvpTransaction access = plain(by);
        return static_cast<svp::Response>(ops_->write(opaque_, &access, data.data(), data.size()));
    }
    std::uint8_t* map(std::uint64_t address, std::uint64_t size, bool writable) override {
        return static_cast<std::uint8_t*>(ops_->map(opaque_, address, size, writable));
    }
    void unmap(std::uint8_t* cells, std::uint64_t size, bool writable, bool done) override {
        ops_->unmap(opaque_, cells, size, writable, done);
    }
    unsigned policy_generation() override { return ops_->policy_generation(opaque_); }
    bool lock() override { return ops_->lock(opaque_); }
    void unlock() override { ops_->unlock(opaque_); }

 private:
    const SvpRawMemoryOps* ops_;
    void* opaque_;
};

svp::Initiator initiator(unsigned master, bool own_secure) {
    return {static_cast<svp::Master>(master), own_secure ? svp::World::secure : svp::World::non_secure};
}

}  // namespace

/** A bus together with what is behind it. */
struct SvpBus {
    SvpBus(svp::Firewall& firewall, const SvpRawMemoryOps* ops, void* opaque)
        : memory(ops, opaque),
          bus(firewall, memory),
          leaks(firewall.monitor() == nullptr ? nullptr : firewall.monitor()->leaks()) {
        if (leaks != nullptr) {
            bus.set_listener(leaks);
            cargo.holder = leaks->add_holder();
        }
    }

    AdapterMemory memory;
    svp::Bus bus;
    svp::LeakOracle* leaks;
    svp::Cargo cargo;  ///< of transfers of no device
};

svp::Bus& svp_bus_of(SvpBus& bus) {
    return bus.bus;
}

SvpBus* svp_bus_create(SvpDevice* firewall, const SvpRawMemoryOps* ops, void* opaque) noexcept {
    return new SvpBus(dynamic_cast<svp::Firewall&>(svp_core_of(*firewall)), ops, opaque);
}

void svp_bus_begin(SvpBus* bus) noexcept {
    if (bus->leaks != nullptr) {
        bus->leaks->forget(bus->cargo.holder);
    }
}

SvpResponse svp_bus_read(SvpBus* bus, unsigned master, bool own_secure, std::uint64_t address, void* data,
                         std::uint64_t length, std::int64_t* delay) noexcept {
    const svp::Bus::Result result = bus->bus.read(initiator(master, own_secure), address,
                                                  {static_cast<std::uint8_t*>(data), length}, bus->cargo);
    *delay += result.delay;
    return static_cast<SvpResponse>(result.answer);
}

SvpResponse svp_bus_write(SvpBus* bus, unsigned master, bool own_secure, std::uint64_t address,
                          const void* data, std::uint64_t length, std::int64_t* delay) noexcept {
    const svp::Bus::Result result = bus->bus.write(
        initiator(master, own_secure), address, {static_cast<const std::uint8_t*>(data), length}, bus->cargo);
    *delay += result.delay;
    return static_cast<SvpResponse>(result.answer);
}
