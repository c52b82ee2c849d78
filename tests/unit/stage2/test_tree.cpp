// SPDX-License-Identifier: GPL-2.0-or-later
/** What the program of EL2 takes out of a device tree, and that a broken one is refused. */
#include <map>
#include <random>
#include <string>
#include <vector>

#include "../catch.hpp"

extern "C" {
#include "tree.h"
}

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes words(std::initializer_list<std::uint32_t> values) {
    Bytes bytes;
    for (const std::uint32_t value : values) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes.push_back(static_cast<std::uint8_t>(value >> shift));
        }
    }
    return bytes;
}

Bytes text(const std::string& string) {
    return {string.c_str(), string.c_str() + string.size() + 1};
}

/** A flattened device tree (Devicetree Specification 0.4, chapter 5). */
class Blob {
 public:
    Blob& begin(const std::string& name) {
        append(words({1}));
        append(text(name));
        return *this;
    }
    Blob& property(const std::string& name, const Bytes& value = {}) {
        const auto [place, is_new] = names_.try_emplace(name, strings_.size());
        if (is_new) {
            const Bytes bytes = text(name);
            strings_.insert(strings_.end(), bytes.begin(), bytes.end());
        }
        append(
            words({3, static_cast<std::uint32_t>(value.size()), static_cast<std::uint32_t>(place->second)}));
        append(value);
        return *this;
    }
    Blob& end() {
        append(words({2}));
        return *this;
    }
    Bytes done() const {
        const auto structure = static_cast<std::uint32_t>(structure_.size() + 4);
        const auto strings = static_cast<std::uint32_t>(strings_.size());
        Bytes all = words(
            {0xd00dfeed, 40 + structure + strings, 40, 40 + structure, 0, 17, 16, 0, strings, structure});
        all.insert(all.end(), structure_.begin(), structure_.end());
        const Bytes last = words({9});
        all.insert(all.end(), last.begin(), last.end());
        all.insert(all.end(), strings_.begin(), strings_.end());
        return all;
    }

 private:
    void append(const Bytes& bytes) {
        structure_.insert(structure_.end(), bytes.begin(), bytes.end());
        structure_.resize((structure_.size() + 3) / 4 * 4);
    }

    Bytes structure_, strings_;
    std::map<std::string, std::size_t> names_;
};

Bytes cells() {
    return words({2});
}

Blob board(const std::string& policy = "stage2") {
    Blob blob;
    blob.begin("").property("#address-cells", cells()).property("#size-cells", cells());
    blob.begin("memory@40000000").property("device_type", text("memory"));
    blob.property("reg", words({0, 0x40000000, 0, 0xc0000000, 1, 0, 0, 0x40000000})).end();
    blob.begin("secure-chosen").property("svp,policy", text(policy)).end();
    blob.begin("reserved-memory").property("#address-cells", cells()).property("#size-cells", cells());
    blob.begin("secure-heap@c0000000").property("compatible", text("linaro,secure-heap"));
    blob.property("reg", words({0, 0xc0000800, 0, 0x1000})).property("no-map").end();
    blob.begin("off").property("status", text("disabled"));
    blob.property("compatible", text("linaro,secure-heap"))
        .property("reg", words({0, 0x50000000, 0, 0x1000}))
        .end();
    blob.begin("control@bfff0000").property("reg", words({0, 0xbfff0000, 0, 0x10000})).end();
    blob.begin("optee_core@f0000000").property("reg", words({0, 0xf0000000, 0, 0xfe00000})).end();
    blob.begin("optee_shm@ffe00000").property("reg", words({0, 0xffe00000, 0, 0x200000})).end();
    blob.end();
    blob.begin("elsewhere").property("compatible", text("linaro,secure-heap"));
    blob.property("reg", words({0, 0x60000000, 0, 0x1000})).end();
    return blob.end();
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> listed(const ranges& all) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> list;
    for (unsigned n = 0; n < all.count; ++n) {
        list.emplace_back(all.list[n].base, all.list[n].end);
    }
    return list;
}

bool read(const Bytes& blob, memory_layout& layout) {
    return tree_read(blob.data(), static_cast<std::uint32_t>(blob.size()), &layout);
}

}  // namespace

TEST_CASE("memory is what is fitted, withheld are heaps as whole pages, and OP-TEE", "[stage2]") {
    memory_layout layout;
    REQUIRE(read(board().done(), layout));
    CHECK(layout.wanted);
    using List = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
    CHECK(listed(layout.memory) == List{{0x40000000, 0x100000000}, {0x100000000, 0x140000000}});
    CHECK(listed(layout.withheld) == List{{0xc0000000, 0xc0002000}, {0xf0000000, 0xffe00000}});
}

TEST_CASE("another policy, or none, wants no second stage", "[stage2]") {
    memory_layout layout;
    for (const char* policy : {"strict", "stage", "stage22", ""}) {
        REQUIRE(read(board(policy).done(), layout));
        CHECK_FALSE(layout.wanted);
    }
    Blob blob;
    blob.begin("").begin("other").property("svp,policy", text("stage2")).end().end();
    REQUIRE(read(blob.done(), layout));
    CHECK_FALSE(layout.wanted);
}

TEST_CASE("more ranges than there is room for are refused", "[stage2]") {
    for (const unsigned count : {MAX_RANGES, MAX_RANGES + 1}) {
        Blob blob;
        blob.begin("").property("#address-cells", cells()).property("#size-cells", cells());
        for (unsigned n = 0; n < count; ++n) {
            blob.begin("memory@" + std::to_string(n))
                .property("reg", words({0, 0x40000000 + 0x2000 * n, 0, 0x1000}))
                .end();
        }
        memory_layout layout;
        CHECK(read(blob.end().done(), layout) == (count == MAX_RANGES));
    }
}

TEST_CASE("the policy is known whatever else of a tree is refused, and another node does not take it back",
          "[stage2]") {
    Blob blob;
    blob.begin("").property("#address-cells", cells()).property("#size-cells", cells());
    blob.begin("memory").property("reg", words({~0u, ~0u, 0, 2})).end();
    blob.begin("secure-chosen").property("svp,policy", text("stage2")).end();
    blob.begin("secure-chosen@1").property("svp,policy", text("open")).end();
    memory_layout layout;
    CHECK_FALSE(read(blob.end().done(), layout));
    CHECK(layout.wanted);
}

TEST_CASE("a range that goes beyond the address space is refused", "[stage2]") {
    Blob blob;
    blob.begin("").property("#address-cells", cells()).property("#size-cells", cells());
    blob.begin("memory").property("reg", words({~0u, ~0u, 0, 2})).end();
    memory_layout layout;
    CHECK_FALSE(read(blob.end().done(), layout));
}

TEST_CASE("a tree that is cut or changed anywhere is read inside its bounds", "[stage2]") {
    const Bytes good = board().done();
    memory_layout layout;
    for (std::size_t size = 0; size < good.size(); ++size) {
        const Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK_FALSE(read(cut, layout));
    }
    std::mt19937 random(1);
    for (int n = 0; n < 20000; ++n) {
        Bytes changed = good;
        for (int times = 0; times < 3; ++times) {
            changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
        }
        if (read(changed, layout)) {
            CHECK(layout.memory.count <= MAX_RANGES);
        }
    }
}
