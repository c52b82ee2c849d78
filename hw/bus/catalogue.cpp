// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/catalogue.hpp"

#include <vector>

namespace svp {

namespace {

template <typename Core>
std::unique_ptr<Device> create(Host& host) {
    return std::make_unique<Core>(host);
}

const std::vector<CatalogueEntry> entries = {};

}  // namespace

std::span<const CatalogueEntry> catalogue() {
    return entries;
}

}  // namespace svp
