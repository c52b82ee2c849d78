// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * A value, or one line that says why there is none. This library throws nothing.
 */
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace svp::decrypt {

/** Why something failed: one line without a full stop, fit to be shown to a user. */
struct Error {
    std::string text;
};

/** A value or an Error. value() only if ok(). */
template <typename T>
class [[nodiscard]] Result {
 public:
    Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return content_.index() == 0; }
    T& value() { return *std::get_if<0>(&content_); }
    const T& value() const { return *std::get_if<0>(&content_); }
    const Error& error() const { return *std::get_if<1>(&content_); }

 private:
    std::variant<T, Error> content_;
};

/** Success without a value. */
struct Done {};

/** "WHAT: message of errno". */
Error system_error(const std::string& what, int number);

}  // namespace svp::decrypt
