// SPDX-License-Identifier: GPL-2.0-or-later
/** A device without registers, state or anything else, for tests that need no more of a peer. */
#ifndef SVP_TESTS_UNIT_FAKE_DEVICE_HPP
#define SVP_TESTS_UNIT_FAKE_DEVICE_HPP

#include "svp/device.hpp"

namespace svp::test {

class FakeDevice : public Device {
 public:
    using Device::Device;
    std::span<const RegionInfo> regions() const override { return {}; }
    ReadResult read(unsigned, std::uint64_t, unsigned, const Transaction&) override { return {}; }
    Response write(unsigned, std::uint64_t, std::uint64_t, unsigned, const Transaction&) override {
        return Response::okay;
    }
    void reset() override {}

 protected:
    void exchange(Archive&) override {}
};

}  // namespace svp::test

#endif
