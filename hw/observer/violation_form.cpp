// SPDX-License-Identifier: GPL-2.0-or-later
#include "observer/violation_form.hpp"

#include <algorithm>
#include <cctype>

#include "bus/verdict.hpp"
#include "svp/refusal.hpp"

namespace svp {

namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return result;
}

/** A denier's name, "other" for one that the schema does not have: a loaded record may hold any. */
std::string denier(std::string_view wanted) {
    bool known = wanted == "fault";
    for (unsigned n = 0; name(static_cast<Denier>(n)) != "?"; ++n) {
        known = known || name(static_cast<Denier>(n)) == wanted;
    }
    for (unsigned n = 0; name(static_cast<Refuser>(n)) != "?"; ++n) {
        known = known || name(static_cast<Refuser>(n)) == wanted;
    }
    return std::string(known && wanted != name(Denier::none) ? wanted : "other");
}

/** Collects members whose names begin alike. */
class Form {
 public:
    explicit Form(std::string prefix) : prefix_(std::move(prefix)) {}

    void number(const char* name, std::uint64_t value) { members_.push_back({prefix_ + name, value}); }
    void text(const char* name, std::string_view value) {
        members_.push_back({prefix_ + name, std::string(value)});
    }
    void truth(const char* name, bool value) { members_.push_back({prefix_ + name, value}); }
    /** Left out if it is 0. */
    void count(const char* name, std::uint64_t value) {
        if (value != 0) {
            number(name, value);
        }
    }
    void empty(const char* name) { members_.push_back({prefix_ + name, std::monostate()}); }
    void add(const std::vector<Member>& more) { members_.insert(members_.end(), more.begin(), more.end()); }
    std::vector<Member> take() { return std::move(members_); }

 private:
    std::string prefix_;
    std::vector<Member> members_;
};

std::string place(const char* list, std::size_t number) {
    return std::string(list) + "." + std::to_string(number) + ".";
}

void add_counter(Form& form, const ViolationLog::Counter& counter) {
    form.number("reads", counter.reads);
    form.number("writes", counter.writes);
    form.count("granted-reads", counter.granted_reads);
    form.count("granted-writes", counter.granted_writes);
    form.count("changed-reads", counter.changed_reads);
    form.count("changed-writes", counter.changed_writes);
}

std::vector<Member> members_of(const Opening& opening, const std::string& prefix) {
    Form form(prefix);
    std::size_t masters = 0;
    for (unsigned number = 0; number < master_count; ++number) {
        const std::string_view master = name(static_cast<Master>(number));
        if ((opening.masters >> number & 1) != 0 && master != "?") {
            form.text(("masters." + std::to_string(masters++)).c_str(), master);
        }
    }
    std::size_t domains = 0;
    for (unsigned domain = 0; domain < 8; ++domain) {
        if ((opening.domains >> domain & 1) != 0) {
            form.number(("domains." + std::to_string(domains++)).c_str(), domain);
        }
    }
    if (masters == 0) {
        form.empty("masters");
    }
    if (domains == 0) {
        form.empty("domains");
    }
    form.number("fault", opening.fault);
    form.text("world", name(opening.world));
    form.truth("user", (opening.privileges & 1) != 0);
    form.truth("privileged", (opening.privileges & 2) != 0);
    form.text("direction", name(opening.direction));
    form.number("first", opening.first);
    form.number("last", opening.last);
    form.truth("open", opening.open);
    return form.take();
}

}  // namespace

std::vector<Member> members_of(const Violation& violation, bool with_text, const std::string& prefix) {
    Form form(prefix);
    form.number("sequence", violation.sequence);
    form.number("time", static_cast<std::uint64_t>(violation.first_time));
    form.number("last-time", static_cast<std::uint64_t>(violation.last_time));
    form.number("count", violation.count);
    form.text("master", name(violation.master));
    form.text("world", name(violation.world));
    form.number("domain", violation.domain);
    form.text("direction", name(violation.direction));
    form.number("address", violation.address);
    form.number("length", violation.length);
    form.text("denier", denier(violation.denier));
    form.number("index", violation.index);
    form.text("answer", lower(name(violation.answer)));
    form.truth("injected", violation.injected());
    if (violation.injected()) {
        form.number("fault", violation.fault);
        form.text("state", name(violation.state));
    }
    if (violation.stream != Stream::none) {
        form.text("stream", name(violation.stream));
    }
    if (violation.cpu >= 0) {
        form.number("cpu", static_cast<std::uint64_t>(violation.cpu));
        form.number("pc", violation.pc);
    }
    if (with_text) {
        form.text("text", text(violation));
    }
    return form.take();
}

std::vector<Member> members_of(const ViolationLog& log, const ViolationLog::Filter& filter, bool with_text) {
    Form form("");
    std::size_t number = 0;
    for (const Violation& violation : log.query(filter)) {
        form.add(members_of(violation, with_text, place("violations", number++)));
    }
    if (number == 0) {
        form.empty("violations");
    }
    form.number("next-sequence", log.next_sequence());
    form.number("held", log.size());
    form.number("capacity", log.capacity());
    form.number("accesses", log.accesses());
    form.number("granted", log.granted());
    form.number("merged", log.merged());
    form.number("dropped", log.dropped());
    return form.take();
}

std::vector<Member> counters_of(const ViolationLog& log) {
    Form form("");
    std::size_t masters = 0;
    for (unsigned master = 0; master < master_count; ++master) {
        const auto& counter = log.counter(static_cast<Master>(master));
        if (counter.total() != 0) {
            Form row(place("masters", masters++));
            row.text("master", name(static_cast<Master>(master)));
            add_counter(row, counter);
            form.add(row.take());
        }
    }
    std::size_t rules = 0;
    for (const auto& rule : log.rule_counters()) {
        Form row(place("rules", rules++));
        row.text("denier", denier(rule.denier));
        row.number("index", rule.index);
        add_counter(row, rule.counter);
        form.add(row.take());
    }
    if (masters == 0) {
        form.empty("masters");
    }
    if (rules == 0) {
        form.empty("rules");
    }
    return form.take();
}

std::vector<Member> members_of(const FaultOpenings& openings) {
    Form form("");
    std::size_t number = 0;
    for (const Opening& opening : openings.list()) {
        form.add(members_of(opening, place("openings", number++)));
    }
    if (number == 0) {
        form.empty("openings");
    }
    form.number("lost", openings.lost());
    return form.take();
}

}  // namespace svp
