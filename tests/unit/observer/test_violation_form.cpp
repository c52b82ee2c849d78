// SPDX-License-Identifier: GPL-2.0-or-later
/** Records of violations as objects, in the words of the QMP schema. */
#include <map>

#include "../catch.hpp"
#include "observer/violation_form.hpp"

using namespace svp;

namespace {

/** Members of an object, each as text. */
std::map<std::string, std::string> told(const std::vector<Member>& members) {
    std::map<std::string, std::string> result;
    for (const Member& member : members) {
        REQUIRE_FALSE(result.contains(member.name));
        if (const auto* number = std::get_if<std::uint64_t>(&member.value)) {
            result[member.name] = std::to_string(*number);
        } else if (const auto* text = std::get_if<std::string>(&member.value)) {
            result[member.name] = *text;
        } else if (const auto* truth = std::get_if<bool>(&member.value)) {
            result[member.name] = *truth ? "yes" : "no";
        } else {
            result[member.name] = "empty";
        }
    }
    return result;
}

Violation denied(std::string_view denier) {
    Violation violation;
    violation.first_time = 5;
    violation.last_time = 5;
    violation.address = 0xc0000000;
    violation.length = 8;
    violation.denier = denier;
    violation.index = 3;
    violation.master = Master::usdhc1;
    violation.world = World::non_secure;
    violation.domain = 2;
    violation.direction = Direction::write;
    violation.answer = Response::decerr;
    return violation;
}

}  // namespace

TEST_CASE("a record has the members of the schema, and those that mean something only", "[observer]") {
    Violation violation = denied("tzc");
    const std::map<std::string, std::string> plain = {
        {"sequence", "0"},         {"time", "5"},           {"last-time", "5"}, {"count", "1"},
        {"master", "usdhc1"},      {"world", "non-secure"}, {"domain", "2"},    {"direction", "write"},
        {"address", "3221225472"}, {"length", "8"},         {"denier", "tzc"},  {"index", "3"},
        {"answer", "decerr"},      {"injected", "no"}};
    CHECK(told(members_of(violation, false)) == plain);
    violation.fault = 7;
    violation.state = AccessState::granted;
    violation.cpu = 1;
    violation.pc = 0x1000;
    violation.stream = Stream::reference;
    auto more = plain;
    more["injected"] = "yes";
    more["fault"] = "7";
    more["state"] = "granted";
    more["cpu"] = "1";
    more["pc"] = "4096";
    more["stream"] = "reference";
    CHECK(told(members_of(violation, false)) == more);
    CHECK(told(members_of(violation, true, "violation."))["violation.text"] == text(violation));
}

TEST_CASE("a denier that the schema does not know goes by another name", "[observer]") {
    for (const char* name : {"tzc", "deep-sleep", "ocram", "caam", "rdc-gate", "src", "fault", "other"}) {
        CHECK(told(members_of(denied(name), false))["denier"] == name);
    }
    for (const char* name : {"none", "somebody", ""}) {
        CHECK(told(members_of(denied(name), false))["denier"] == "other");
    }
}

TEST_CASE("the log and its counters as objects, empty ones too", "[observer]") {
    ViolationLog log;
    CHECK(told(members_of(log, {}, false))["violations"] == "empty");
    CHECK(told(counters_of(log)) ==
          std::map<std::string, std::string>{{"masters", "empty"}, {"rules", "empty"}});
    log.record(denied("tzc"));
    log.record(denied("csl"));
    auto whole = told(members_of(log, {}, false));
    CHECK(whole["violations.0.denier"] == "tzc");
    CHECK(whole["violations.1.sequence"] == "2");
    CHECK(whole["next-sequence"] == "3");
    CHECK(whole["held"] == "2");
    CHECK(whole["accesses"] == "2");
    CHECK_FALSE(whole.contains("violations"));
    const auto counted = told(counters_of(log));
    CHECK(counted.at("masters.0.master") == "usdhc1");
    CHECK(counted.at("masters.0.writes") == "2");
    CHECK(counted.at("masters.0.reads") == "0");
    CHECK_FALSE(counted.contains("masters.0.granted-reads"));
    CHECK(counted.contains("rules.1.index"));
}
