// SPDX-License-Identifier: GPL-2.0-or-later
/** Curves, ECDSA and DSA by hogweed and GMP. */
#pragma once

#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>

#include "reference.hpp"

namespace svp::test::reference {

/** The curves of CAAM's domains 0 to 4, and the bytes of a coordinate. */
struct NistCurve {
    const ecc_curve* curve;
    std::size_t size;
};
inline NistCurve nist(unsigned domain) {
    const NistCurve all[] = {{nettle_get_secp_192r1(), 24},
                             {nettle_get_secp_224r1(), 28},
                             {nettle_get_secp_256r1(), 32},
                             {nettle_get_secp_384r1(), 48},
                             {nettle_get_secp_521r1(), 66}};
    return all[domain];
}

/** A point as x and y, big-endian. */
class Point {
 public:
    explicit Point(const NistCurve& on) : size_(on.size) { ecc_point_init(&point, on.curve); }
    Point(const NistCurve& on, const Bytes& coordinates) : Point(on) {
        const Big x(part(coordinates, 0, on.size)), y(part(coordinates, on.size, on.size));
        on_curve = ecc_point_set(&point, x.value, y.value) != 0;
    }
    /** @p secret times the generator. */
    Point(const NistCurve& on, const Bytes& secret, bool) : Point(on) {
        const Scalar scalar(on, secret);
        ecc_point_mul_g(&point, &scalar.scalar);
    }
    Point(const Point&) = delete;
    Point& operator=(const Point&) = delete;
    ~Point() { ecc_point_clear(&point); }

    /** x of @p secret times this point. */
    Bytes times(const NistCurve& on, const Bytes& secret) const {
        const Scalar scalar(on, secret);
        Point product(on);
        ecc_point_mul(&product.point, &scalar.scalar, &point);
        return part(product.bytes(), 0, size_);
    }
    Bytes bytes() const {
        Big x, y;
        ecc_point_get(&point, x.value, y.value);
        return join({x.bytes(size_), y.bytes(size_)});
    }

    ecc_point point;
    bool on_curve = true;

 private:
    struct Scalar {
        Scalar(const NistCurve& on, const Bytes& secret) {
            ecc_scalar_init(&scalar, on.curve);
            fits = ecc_scalar_set(&scalar, Big(secret).value) != 0;
        }
        Scalar(const Scalar&) = delete;
        Scalar& operator=(const Scalar&) = delete;
        ~Scalar() { ecc_scalar_clear(&scalar); }
        ecc_scalar scalar;
        bool fits;
    };
    std::size_t size_;
};

inline bool ecdsa_fits(const NistCurve& on, const Bytes& key, const Bytes& digest, const Bytes& r,
                       const Bytes& s) {
    const Point point(on, key);
    dsa_signature signature;
    dsa_signature_init(&signature);
    mpz_set(signature.r, Big(r).value);
    mpz_set(signature.s, Big(s).value);
    const bool fits =
        point.on_curve && ecdsa_verify(&point.point, digest.size(), digest.data(), &signature) != 0;
    dsa_signature_clear(&signature);
    return fits;
}

/** FIPS 186-4, 4.7, for a digest that is no longer than q. */
inline bool dsa_fits(const Bytes& p, const Bytes& q, const Bytes& g, const Bytes& y, const Bytes& digest,
                     const Bytes& r, const Bytes& s) {
    const Big modulus(p), order(q);
    Big w, u1, u2, v1, v2;
    if (mpz_invert(w.value, Big(s).value, order.value) == 0) {
        return false;
    }
    mpz_mul(u1.value, Big(digest).value, w.value);
    mpz_mod(u1.value, u1.value, order.value);
    mpz_mul(u2.value, Big(r).value, w.value);
    mpz_mod(u2.value, u2.value, order.value);
    mpz_powm(v1.value, Big(g).value, u1.value, modulus.value);
    mpz_powm(v2.value, Big(y).value, u2.value, modulus.value);
    mpz_mul(v1.value, v1.value, v2.value);
    mpz_mod(v1.value, v1.value, modulus.value);
    mpz_mod(v1.value, v1.value, order.value);
    return mpz_cmp(v1.value, Big(r).value) == 0;
}

}  // namespace svp::test::reference
