// SPDX-License-Identifier: GPL-2.0-or-later
/** Big numbers: GMP's, with an owner. */
#pragma once

#include <gmp.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace svp::caam {

class Number {
 public:
    Number() { mpz_init(value_); }
    explicit Number(unsigned long value) { mpz_init_set_ui(value_, value); }
    /** Most significant byte first. */
    explicit Number(std::span<const std::uint8_t> bytes) {
        mpz_init(value_);
        mpz_import(value_, bytes.size(), 1, 1, 1, 0, bytes.data());
    }
    /** Hexadecimal digits, zero terminated. */
    static Number from_hex(const char* digits) {
        Number number;
        mpz_set_str(number.value_, digits, 16);
        return number;
    }
    Number(const Number& other) { mpz_init_set(value_, other.value_); }
    Number(Number&& other) noexcept {
        mpz_init(value_);
        mpz_swap(value_, other.value_);
    }
    Number& operator=(const Number& other) {
        mpz_set(value_, other.value_);
        return *this;
    }
    Number& operator=(Number&& other) noexcept {
        mpz_swap(value_, other.value_);
        return *this;
    }
    ~Number() { mpz_clear(value_); }

    mpz_ptr get() { return value_; }
    mpz_srcptr get() const { return value_; }

    bool zero() const { return mpz_sgn(value_) == 0; }
    bool one() const { return mpz_cmp_ui(value_, 1) == 0; }
    bool odd() const { return mpz_odd_p(value_) != 0; }
    /** 0 has no bits. */
    std::size_t bits() const { return zero() ? 0 : mpz_sizeinbase(value_, 2); }

    /** The lower bytes of the number, most significant first. */
    std::vector<std::uint8_t> bytes(std::size_t size) const {
        std::vector<std::uint8_t> all((bits() + 7) / 8 + 1);
        std::size_t count = 0;
        mpz_export(all.data(), &count, 1, 1, 1, 0, value_);
        std::vector<std::uint8_t> result(size);
        for (std::size_t i = 0; i < count && i < size; ++i) {
            result[size - 1 - i] = all[count - 1 - i];
        }
        return result;
    }

    friend Number operator+(const Number& a, const Number& b) { return made(mpz_add, a, b); }
    friend Number operator-(const Number& a, const Number& b) { return made(mpz_sub, a, b); }
    friend Number operator*(const Number& a, const Number& b) { return made(mpz_mul, a, b); }
    friend Number operator^(const Number& a, const Number& b) { return made(mpz_xor, a, b); }
    /** Not negative; @p modulus is positive. */
    friend Number operator%(const Number& a, const Number& modulus) { return made(mpz_mod, a, modulus); }
    friend bool operator==(const Number& a, const Number& b) { return mpz_cmp(a.value_, b.value_) == 0; }
    friend bool operator<(const Number& a, const Number& b) { return mpz_cmp(a.value_, b.value_) < 0; }

 private:
    static Number made(void (*function)(mpz_ptr, mpz_srcptr, mpz_srcptr), const Number& a, const Number& b) {
        Number result;
        function(result.value_, a.value_, b.value_);
        return result;
    }

    mpz_t value_;
};

inline Number power(const Number& base, const Number& exponent, const Number& modulus) {
    Number result;
    mpz_powm(result.get(), base.get(), exponent.get(), modulus.get());
    return result;
}

inline Number common_divisor(const Number& a, const Number& b) {
    Number result;
    mpz_gcd(result.get(), a.get(), b.get());
    return result;
}

/** False if there is no inverse. */
inline bool invert(Number& result, const Number& a, const Number& modulus) {
    return mpz_invert(result.get(), a.get(), modulus.get()) != 0;
}

inline Number shifted_right(const Number& a, std::size_t bits) {
    Number result;
    mpz_tdiv_q_2exp(result.get(), a.get(), bits);
    return result;
}

}  // namespace svp::caam
