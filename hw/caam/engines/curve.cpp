// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/engines/curve.hpp"

namespace svp::caam {

namespace {

struct Parameters {
    std::size_t bytes;
    const char *p, *b, *x, *y, *order;
};

constexpr Parameters nist[] = {
    {24, "fffffffffffffffffffffffffffffffeffffffffffffffff",
     "64210519e59c80e70fa7e9ab72243049feb8deecc146b9b1", "188da80eb03090f67cbf20eb43a18800f4ff0afd82ff1012",
     "07192b95ffc8da78631011ed6b24cdd573f977a11e794811", "ffffffffffffffffffffffff99def836146bc9b1b4d22831"},
    {28, "ffffffffffffffffffffffffffffffff000000000000000000000001",
     "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4",
     "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
     "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
     "ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d"},
    {32, "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
     "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
     "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
     "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
     "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"},
    {48, "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
     "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
     "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
     "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
     "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"},
    {66,
     "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e1"
     "56193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
     "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dba"
     "a14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
     "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c"
     "97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
     "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa"
     "51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"},
};

}  // namespace

Point Curve::add(const Point& first, const Point& second) const {
    if (first.infinity) {
        return second;
    }
    if (second.infinity) {
        return first;
    }
    Number rise, run;
    if (first.x == second.x) {
        if (!(first.y == second.y) || first.y.zero()) {
            return {};
        }
        rise = Number(3) * first.x * first.x + a;
        run = Number(2) * first.y;
    } else {
        rise = second.y - first.y;
        run = second.x - first.x;
    }
    Number inverse;
    if (!invert(inverse, run % p, p)) {
        return {};  // p is no prime: such a curve has no answer
    }
    const Number slope = rise * inverse % p;
    Point sum;
    sum.infinity = false;
    sum.x = (slope * slope - first.x - second.x) % p;
    sum.y = (slope * (first.x - sum.x) - first.y) % p;
    return sum;
}

Point Curve::multiply(const Number& factor, const Point& point) const {
    Point result;
    for (std::size_t bit = factor.bits(); bit-- > 0;) {
        result = twice(result);
        if (mpz_tstbit(factor.get(), bit) != 0) {
            result = add(result, point);
        }
    }
    return result;
}

bool Curve::contains(const Point& point) const {
    return !point.infinity && point.x < p && point.y < p &&
           (point.y * point.y) % p == (point.x * point.x * point.x + a * point.x + b) % p;
}

std::vector<std::uint8_t> Curve::encode(const Point& point) const {
    std::vector<std::uint8_t> encoded = point.x.bytes(bytes);
    const auto y = point.y.bytes(bytes);
    encoded.insert(encoded.end(), y.begin(), y.end());
    return encoded;
}

Point Curve::decode(std::span<const std::uint8_t> encoded) const {
    Point point;
    point.infinity = false;
    point.x = Number(encoded.first(bytes));
    point.y = Number(encoded.subspan(bytes, bytes));
    return point;
}

std::optional<Curve> nist_curve(unsigned number) {
    if (number >= std::size(nist)) {
        return std::nullopt;
    }
    const Parameters& row = nist[number];
    Curve curve;
    curve.bytes = row.bytes;
    curve.p = Number::from_hex(row.p);
    curve.a = curve.p - Number(3);
    curve.b = Number::from_hex(row.b);
    curve.generator.infinity = false;
    curve.generator.x = Number::from_hex(row.x);
    curve.generator.y = Number::from_hex(row.y);
    curve.order = Number::from_hex(row.order);
    return curve;
}

}  // namespace svp::caam
