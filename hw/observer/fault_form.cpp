// SPDX-License-Identifier: GPL-2.0-or-later
#include "observer/fault_form.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace svp {

namespace {

/** Enumerators whose names the object has as they are, but for capitals. */
template <typename Enum>
std::string word(Enum value) {
    std::string text(name(value));
    std::ranges::transform(text, text.begin(), [](char letter) {
        return static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
    });
    return text;
}

constexpr auto last_master = static_cast<Master>(master_count - 1);

template <typename Enum>
std::optional<Enum> enumerator(const std::string& text, Enum last) {
    for (unsigned number = 0; number <= static_cast<unsigned>(last); ++number) {
        if (text != "?" && word(static_cast<Enum>(number)) == text) {
            return static_cast<Enum>(number);
        }
    }
    return std::nullopt;
}

/** Makes members of a fault. */
class Telling {
 public:
    explicit Telling(const std::string& prefix) : prefix_(prefix) {}

    template <typename Number>
    void number(const char* name, Number& value, bool) {
        add(name, static_cast<std::uint64_t>(value));
    }
    template <typename Enum>
    void choice(const char* name, Enum& value, Enum) {
        add(name, word(value));
    }
    template <typename Enum>
    void choice(const char* name, std::optional<Enum>& value, Enum) {
        if (value) {
            add(name, word(*value));
        }
    }
    void text(const char* name, std::string& value) {
        if (!value.empty()) {
            add(name, value);
        }
    }
    void masters(std::uint32_t& set) {
        unsigned place = 0;
        for (unsigned number = 0; set != FaultMatch::all_masters && number < master_count; ++number) {
            if ((set >> number & 1) != 0 && name(static_cast<Master>(number)) != "?") {
                add(("match.masters." + std::to_string(place++)).c_str(), word(static_cast<Master>(number)));
            }
        }
    }
    bool match(std::optional<FaultMatch>& match) { return match.has_value(); }

    std::vector<Member> take() { return std::move(members_); }

 private:
    template <typename Value>
    void add(const char* name, Value value) {
        members_.push_back({prefix_ + name, std::move(value)});
    }

    std::string prefix_;
    std::vector<Member> members_;
};

/** Makes a fault of members; keeps the first thing that is wrong. */
class Reading {
 public:
    explicit Reading(std::span<const Member> members) : members_(members), used_(members.size()) {}

    /** @p positive: 0 stands for a number that is left out, and is none itself. */
    template <typename Number>
    void number(const char* name, Number& value, bool positive) {
        const auto* found = find<std::uint64_t>(name);
        if (found == nullptr) {
            return;
        }
        if (*found > static_cast<std::uint64_t>(std::numeric_limits<Number>::max()) ||
            (positive && *found == 0)) {
            fail(name, std::to_string(*found) + " is out of range");
            return;
        }
        value = static_cast<Number>(*found);
    }
    template <typename Enum>
    void choice(const char* name, Enum& value, Enum last) {
        if (const auto* found = find<std::string>(name)) {
            const auto read = enumerator(*found, last);
            if (!read) {
                fail(name, "there is no '" + *found + "'");
            }
            value = read.value_or(value);
        }
    }
    template <typename Enum>
    void choice(const char* name, std::optional<Enum>& value, Enum last) {
        if (there(name)) {
            choice(name, value.emplace(), last);
        }
    }
    void text(const char* name, std::string& value) {
        if (const auto* found = find<std::string>(name)) {
            value = *found;
        }
    }
    void masters(std::uint32_t& set) {
        if (!there("match.masters")) {
            return;
        }
        set = 0;
        static_cast<void>(find<std::monostate>("match.masters"));
        for (unsigned place = 0; place < members_.size(); ++place) {
            const std::string name = "match.masters." + std::to_string(place);
            if (!there(name)) {
                break;
            }
            Master master{};
            choice(name.c_str(), master, last_master);
            set |= std::uint32_t{1} << static_cast<unsigned>(master);
        }
    }
    bool match(std::optional<FaultMatch>& match) {
        if (!there("match")) {
            return false;
        }
        static_cast<void>(find<std::monostate>("match"));
        match.emplace();
        return true;
    }

    std::optional<std::string> end() {
        for (std::size_t i = 0; i < members_.size(); ++i) {
            if (!used_[i]) {
                fail(members_[i].name, "a fault of this kind has no such member");
            }
        }
        return problem_;
    }

 private:
    /** A member of this name, or of an object or list of this name. */
    bool there(const std::string& name) const {
        return std::ranges::any_of(members_, [&](const Member& member) {
            return member.name == name || member.name.starts_with(name + ".");
        });
    }
    template <typename Value>
    const Value* find(const std::string& name) {
        const auto found = std::ranges::find(members_, name, &Member::name);
        if (found == members_.end()) {
            return nullptr;
        }
        used_[static_cast<std::size_t>(found - members_.begin())] = true;
        const auto* value = std::get_if<Value>(&found->value);
        if (value == nullptr) {
            fail(name, "of another type");
        }
        return value;
    }
    void fail(std::string name, const std::string& why) {
        if (!problem_) {
            problem_ = name.substr(name.starts_with("match.") ? 6 : 0) + ": " + why;
        }
    }

    std::span<const Member> members_;
    std::vector<bool> used_;
    std::optional<std::string> problem_;
};

template <typename Form>
void match(Form& form, FaultMatch& match) {
    form.masters(match.masters);
    form.choice("match.world", match.world, World::non_secure);
    form.choice("match.direction", match.direction, Direction::write);
    form.number("match.first", match.first, false);
    form.number("match.last", match.last, false);
}

/** What only faults of its kind have. */
template <typename Form>
void kind(Form& form, Fault& fault) {
    switch (fault.kind) {
        case FaultKind::answer:
            form.choice("answer", fault.answer, Response::decerr);
            break;
        case FaultKind::corrupt:
            form.number("mask", fault.mask, false);
            break;
        case FaultKind::change_world:
            form.choice("world", fault.world, World::non_secure);
            break;
        case FaultKind::change_master:
            form.choice("master", fault.master, last_master);
            break;
        case FaultKind::change_domain:
            form.number("domain", fault.domain, false);
            break;
        case FaultKind::delay:
            form.number("duration", fault.duration, true);
            break;
        case FaultKind::flip_bit:
            form.text("target", fault.target);
            form.number("offset", fault.offset, false);
            form.number("bit", fault.bit, false);
            break;
        case FaultKind::lose_state:
            form.text("target", fault.target);
            break;
        case FaultKind::repeat_interrupt:
        case FaultKind::spurious_interrupt:
            form.number("duration", fault.duration, true);
            [[fallthrough]];
        case FaultKind::lose_interrupt:
            form.text("device", fault.device);
            form.number("line", fault.line, false);
            break;
        case FaultKind::disturb_device:
            form.text("device", fault.device);
            form.text("fault", fault.trouble);
            form.number("value", fault.value, false);
            form.number("duration", fault.duration, false);
            break;
        case FaultKind::zero:
        case FaultKind::drop:
        case FaultKind::disable_tzasc:
            break;
    }
}

template <typename Form>
void whole(Form& form, Fault& fault) {
    form.choice("kind", fault.kind, last_fault_kind);
    if (form.match(fault.match)) {
        match(form, *fault.match);
    }
    form.number("nth", fault.nth, false);
    form.number("not-before", fault.not_before, false);
    form.number("times", fault.times, false);
    form.text("label", fault.label);
    kind(form, fault);
}

}  // namespace

std::vector<Member> members_of(const Fault& fault, const std::string& prefix) {
    Telling form(prefix);
    Fault copy = fault;
    whole(form, copy);
    return form.take();
}

std::optional<std::string> read_fault(std::span<const Member> members, Fault& fault) {
    Reading form(members);
    fault = {};
    whole(form, fault);
    return form.end();
}

}  // namespace svp
