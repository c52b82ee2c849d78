// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Elliptic curves y^2 = x^3 + ax + b over a prime field, and the ones of NIST (FIPS 186-4, D.1.2) by the
 * numbers that protocol data blocks give them.
 */
#pragma once

#include <optional>

#include "caam/engines/number.hpp"

namespace svp::caam {

/** Affine; without coordinates it is the point at infinity. */
struct Point {
    bool infinity = true;
    Number x, y;
};

struct Curve {
    Number p, a, b;
    Point generator;
    Number order;
    std::size_t bytes = 0;  ///< of a coordinate

    Point add(const Point& first, const Point& second) const;
    Point twice(const Point& point) const { return add(point, point); }
    Point multiply(const Number& factor, const Point& point) const;
    bool contains(const Point& point) const;

    /** x and y one behind the other. */
    std::vector<std::uint8_t> encode(const Point& point) const;
    Point decode(std::span<const std::uint8_t> bytes) const;
};

/** P-192, P-224, P-256, P-384, P-521 for 0 to 4; nothing else is known. */
std::optional<Curve> nist_curve(unsigned number);

}  // namespace svp::caam
