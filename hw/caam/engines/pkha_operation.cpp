// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the public key engine computes: modular arithmetic, greatest common divisor, primality, points of
 * curves, and moves between its registers.
 *
 * A result has the size of the modulus. For curves: a in A3; b in B0; the points (A0, A1) and (B1, B2); a
 * result in (B1, B2) or, with the output in A, in (A0, A1).
 * (0, 0) stands for the point at infinity. A number in Montgomery form is the number times R, R being the
 * first power of 2^128 that the modulus's bytes cannot hold.
 *
 * Not modelled: polynomials over GF(2) beyond their addition (which is what drivers use to XOR), projective
 * coordinates, the constant for Chinese-remainder arithmetic.
 */
#include <algorithm>
#include <utility>

#include "caam/engines/curve.hpp"
#include "caam/engines/number.hpp"
#include "caam/engines/pkha.hpp"
#include "caam/job_status.hpp"

namespace svp::caam {

namespace {

constexpr std::uint32_t function_field = 0x3f;
constexpr std::uint32_t output_a = 1u << 8;
constexpr std::uint32_t over_gf2 = 1u << 17;
constexpr std::uint32_t input_montgomery = 1u << 19;
constexpr std::uint32_t output_montgomery = 1u << 18;
constexpr std::uint32_t projective = 1u << 11;
/** More rounds of Miller-Rabin say nothing new. */
constexpr unsigned long most_rounds = 64;

enum class Function : std::uint8_t {
    clear = 0x01,
    add = 0x02,
    subtract_ab = 0x03,
    subtract_ba = 0x04,
    multiply = 0x05,
    power = 0x06,
    reduce = 0x07,
    invert = 0x08,
    point_add = 0x09,
    point_twice = 0x0a,
    point_multiply = 0x0b,
    radix_square = 0x0c,
    common_divisor = 0x0e,
    primality = 0x0f,
    copy_n_size = 0x10,
    copy_source_size = 0x11,
    timed_power = 0x16,
    check_point = 0x1c,
};

}  // namespace

/** One operation; it lives as long as Pkha::operate(). */
class PkhaOperation {
 public:
    PkhaOperation(Pkha& engine, std::uint32_t word, const std::function<bool()>& pause)
        : engine_(engine), word_(word), pause_(pause) {}

    void run() {
        const auto function = static_cast<Function>(word_ & function_field);
        switch (function) {
            case Function::clear:
                return clear();
            case Function::copy_n_size:
                return copy(engine_.size(PkRegister::n));
            case Function::copy_source_size:
                return copy(engine_.size(static_cast<PkRegister>(word_ >> 17 & 3)));
            default:
                break;
        }
        if ((word_ & over_gf2) != 0) {
            if (function != Function::add) {
                throw JobError(ChaId::pk, ChaError::mode);
            }
            spend(1);
            return result(load(PkRegister::a) ^ load(PkRegister::b));
        }
        modulus_ = load(PkRegister::n);
        if (modulus_.zero()) {
            throw JobError(ChaId::pk, ChaError::pk_divide_by_zero);
        }
        if ((word_ & (input_montgomery | output_montgomery)) != 0) {
            require_odd();
        }
        arithmetic(function);
    }

 private:
    Number load(PkRegister which, unsigned segment = 0) const {
        std::vector<std::uint8_t> bytes(engine_.size(which));
        bytes.resize(std::min<std::size_t>(bytes.size(), pk_bytes - segment * pk_segment_bytes));
        engine_.get(which, segment, bytes);
        return Number(bytes);
    }

    Number radix() const {
        constexpr std::size_t digit_bytes = 16;
        const std::size_t digits = (engine_.size(PkRegister::n) + digit_bytes - 1) / digit_bytes;
        Number result(1);
        mpz_mul_2exp(result.get(), result.get(), 8 * digit_bytes * digits);
        return result;
    }
    /** What an operand means: itself, or in Montgomery form what it is a multiple of. */
    Number meaning(const Number& operand) const {
        Number inverse;
        if ((word_ & input_montgomery) == 0 || !invert(inverse, radix() % modulus_, modulus_)) {
            return operand;
        }
        return operand * inverse % modulus_;
    }
    Number in_form(const Number& value) const {
        return (word_ & output_montgomery) != 0 ? value * radix() % modulus_ : value;
    }

    /** Coordinates have the modulus's size. */
    Number coordinate(PkRegister which, unsigned segment) const {
        std::vector<std::uint8_t> bytes(std::min<std::size_t>(engine_.size(PkRegister::n), pk_segment_bytes));
        engine_.get(which, segment, bytes);
        return meaning(Number(bytes) % modulus_);
    }
    Point point(PkRegister which, unsigned segment) const {
        Point result;
        result.x = coordinate(which, segment);
        result.y = coordinate(which, segment + 1);
        result.infinity = result.x.zero() && result.y.zero();
        return result;
    }

    void spend(std::uint64_t times) {
        const std::uint64_t words = engine_.size(PkRegister::n) / 8 + 1;
        engine_.cost_ += 100 + times * (words * words * 2 + 50);
    }

    void flags(const Number& value) {
        engine_.flags_.zero = value.zero();
        engine_.flags_.gcd_one = value.one();
    }

    void result(const Number& value) {
        const PkRegister target = (word_ & output_a) != 0 ? PkRegister::a : PkRegister::b;
        const std::uint32_t size = engine_.size(PkRegister::n);
        engine_.put(target, 0, value.bytes(size));
        flags(value);
    }

    void require_odd() const {
        if (!modulus_.odd()) {
            throw JobError(ChaId::pk, ChaError::pk_modulus_even);
        }
    }

    void arithmetic(Function function) {
        const Number a = meaning(load(PkRegister::a));
        const Number b = meaning(load(PkRegister::b));
        switch (function) {
            case Function::add:
                spend(1);
                return result(in_form((a + b) % modulus_));
            case Function::subtract_ab:
                spend(1);
                return result(in_form((a - b) % modulus_));
            case Function::subtract_ba:
                spend(1);
                return result(in_form((b - a) % modulus_));
            case Function::multiply:
                require_odd();
                spend(4);
                return result(in_form(a * b % modulus_));
            case Function::reduce:
                spend(4);
                return result(in_form(a % modulus_));
            case Function::power:
            case Function::timed_power: {
                require_odd();
                const Number exponent = load(PkRegister::e);
                spend(2 * exponent.bits());
                return result(in_form(power(a, exponent, modulus_)));
            }
            case Function::invert: {
                spend(500);
                Number inverse;
                if (!invert(inverse, a, modulus_)) {
                    throw JobError(ChaId::pk, ChaError::pk_divide_by_zero);
                }
                return result(in_form(inverse));
            }
            case Function::common_divisor: {
                spend(500);
                return result(common_divisor(a, modulus_));
            }
            case Function::radix_square:
                spend(4);
                return result(radix() * radix() % modulus_);
            case Function::primality:
                return primality(load(PkRegister::a), load(PkRegister::b));
            case Function::point_add:
            case Function::point_twice:
            case Function::point_multiply:
            case Function::check_point:
                return points(function);
            default:
                throw JobError(ChaId::pk, ChaError::mode);
        }
    }

    /** A is the first base to try, B the number of rounds; the others follow from A. */
    void primality(const Number& seed, const Number& rounds) {
        engine_.flags_ = {};
        const std::uint32_t done = std::exchange(engine_.rounds_done_, 0);
        require_odd();
        if (modulus_.bits() < 2) {
            return;
        }
        if (modulus_ == Number(3)) {
            engine_.flags_.prime = true;  // there is no base between 1 and 2
            return;
        }
        const Number less = modulus_ - Number(1);
        const std::size_t twos = mpz_scan1(less.get(), 0);
        const Number odd_part = shifted_right(less, twos);
        const unsigned long count = std::clamp(
            mpz_fits_ulong_p(rounds.get()) != 0 ? mpz_get_ui(rounds.get()) : most_rounds, 1ul, most_rounds);
        Number base = done > 0 ? Number(engine_.base_) : seed;
        for (unsigned long i = done; i < count; ++i) {
            if (i > done && pause_()) {
                engine_.rounds_done_ = static_cast<std::uint32_t>(i);
                engine_.base_ = (base % modulus_).bytes(pk_bytes);
                throw JobPaused();
            }
            spend(2 * modulus_.bits());
            base = base % modulus_;
            if (base < Number(2) || base == less) {
                base = Number(2);
            }
            if (witnesses(base, less, odd_part, twos)) {
                return;
            }
            base = base * base + Number(1);
        }
        engine_.flags_.prime = true;
    }

    bool witnesses(const Number& base, const Number& less, const Number& odd_part, std::size_t twos) const {
        Number value = power(base, odd_part, modulus_);
        if (value.one() || value == less) {
            return false;
        }
        for (std::size_t i = 1; i < twos; ++i) {
            value = value * value % modulus_;
            if (value == less) {
                return false;
            }
        }
        return true;
    }

    void points(Function function) {
        require_odd();
        if ((word_ & projective) != 0) {
            throw JobError(ChaId::pk, ChaError::mode);
        }
        Curve curve;
        curve.p = modulus_;
        curve.a = coordinate(PkRegister::a, 3);
        curve.b = coordinate(PkRegister::b, 0);
        const Point first = point(PkRegister::a, 0);
        if (function == Function::check_point) {
            spend(10);
            engine_.flags_.zero = !curve.contains(first);
            return;
        }
        Point sum;
        if (function == Function::point_add) {
            spend(500);
            sum = curve.add(first, point(PkRegister::b, 1));
        } else if (function == Function::point_twice) {
            spend(500);
            sum = curve.twice(point(PkRegister::b, 1));
        } else {
            const Number factor = load(PkRegister::e);
            spend(750 * factor.bits());
            sum = curve.multiply(factor, first);
        }
        const bool to_a = (word_ & output_a) != 0;
        const PkRegister target = to_a ? PkRegister::a : PkRegister::b;
        const std::size_t size = std::min<std::size_t>(engine_.size(PkRegister::n), pk_segment_bytes);
        engine_.put(target, to_a ? 0 : 1, in_form(sum.x).bytes(size));
        engine_.put(target, to_a ? 1 : 2, in_form(sum.y).bytes(size));
        engine_.flags_.zero = sum.infinity;
    }

    /** Which registers are named by bits 19 to 16: A, B, E, N. */
    void clear() {
        constexpr PkRegister order[] = {PkRegister::n, PkRegister::e, PkRegister::b, PkRegister::a};
        spend(1);
        for (unsigned i = 0; i < 4; ++i) {
            if ((word_ >> (16 + i) & 1) != 0) {
                engine_.bytes(order[i]).fill(0);
                order[i] == PkRegister::e ? engine_.wipe_e() : engine_.set_size(order[i], 0);
            }
        }
    }

    void copy(std::uint32_t size) {
        const auto source = static_cast<PkRegister>(word_ >> 17 & 3);
        const auto target = static_cast<PkRegister>(word_ >> 10 & 3);
        const unsigned from = word_ >> 8 & 3;
        const unsigned to = target == PkRegister::e ? 0 : word_ >> 6 & 3;
        // E is never a source: what is in there does not come out.
        if (source == PkRegister::e) {
            throw JobError(ChaId::pk, ChaError::mode);
        }
        spend(1);
        const std::size_t room = pk_bytes - std::max(from, to) * pk_segment_bytes;
        std::vector<std::uint8_t> number(std::min<std::size_t>(size, room));
        engine_.get(source, from, number);
        engine_.put(target, to, number);
    }

    Pkha& engine_;
    std::uint32_t word_;
    const std::function<bool()>& pause_;
    Number modulus_;
};

void Pkha::operate(std::uint32_t word, const std::function<bool()>& pause) {
    used_ = true;
    PkhaOperation(*this, word, pause).run();
}

}  // namespace svp::caam
