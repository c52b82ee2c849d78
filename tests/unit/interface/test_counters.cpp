// SPDX-License-Identifier: GPL-2.0-or-later
/** What devices tell of themselves: names that make an object, whatever the device is, and the way to the
 * adapter. */
#include "counters.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "../fake_host.hpp"
#include "interface/catalogue.hpp"
#include "svp/abi.h"

using namespace svp;
using namespace svp::test;

namespace {

bool is_number(const std::string& word) {
    return std::ranges::all_of(word, [](char letter) { return letter >= '0' && letter <= '9'; });
}

/** Words of small letters, digits and '-' between dots, none of them empty. */
std::vector<std::string> words_of(const std::string& name) {
    std::vector<std::string> words(1);
    for (const char letter : name) {
        if (letter == '.') {
            words.emplace_back();
        } else {
            CHECK(((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-'));
            words.back() += letter;
        }
    }
    for (const std::string& word : words) {
        CHECK_FALSE(word.empty());
    }
    return words;
}

/** What is wrong with @p names as places in an object of objects and lists; empty if nothing is. */
std::string problem_of(const std::vector<std::string>& names) {
    std::set<std::string> values;
    std::map<std::string, std::set<std::string>> groups;
    for (const std::string& name : names) {
        if (!values.insert(name).second) {
            return name + " stands twice";
        }
        std::string group;
        for (const std::string& word : words_of(name)) {
            groups[group].insert(word);
            group += group.empty() ? word : "." + word;
        }
    }
    for (const auto& [group, members] : groups) {
        if (values.contains(group)) {
            return group + " is a value and an object";
        }
        const auto numbers = static_cast<std::size_t>(std::ranges::count_if(members, is_number));
        if (numbers != 0 && numbers != members.size()) {
            return group + " is a list and an object";
        }
        for (std::size_t place = 0; place < numbers; ++place) {
            if (!members.contains(std::to_string(place))) {
                return group + " is a list with a hole";
            }
        }
        if (group.empty() && numbers != 0) {
            return "the whole is a list";
        }
    }
    return {};
}

}  // namespace

TEST_CASE("counters that make no object are found out", "[interface]") {
    CHECK(problem_of({"a.0.b", "a.1.b", "c", "d.e"}).empty());
    CHECK(problem_of({}).empty());
    for (const std::vector<std::string>& names : std::vector<std::vector<std::string>>{
             {"a", "a"}, {"a", "a.b"}, {"a.0", "a.b"}, {"a.0", "a.2"}, {"0", "1"}}) {
        CHECK_FALSE(problem_of(names).empty());
    }
}

TEST_CASE("the counters of every core make an object", "[interface]") {
    for (const CatalogueEntry& entry : catalogue()) {
        CAPTURE(entry.type);
        FakeHost host;
        const auto core = entry.create(host);
        core->reset();
        std::vector<std::string> names;
        for (const Counter& counter : core->counters()) {
            names.push_back(counter.name);
        }
        CHECK(problem_of(names).empty());
    }
}

TEST_CASE("the adapter gets all counters of a core, numbers and texts", "[interface]") {
    struct Told {
        std::map<std::string, std::uint64_t> numbers;
        std::map<std::string, std::string> texts;
    } told;
    static constexpr SvpHostOps ops = {.random = [](void*, void* data, std::size_t length) {
        std::fill_n(static_cast<char*>(data), length, '\1');
    }};
    for (unsigned type = 0; type < svp_type_count(); ++type) {
        if (std::string_view(svp_type_name(type)) != "imx8mq.caam") {
            continue;
        }
        SvpDevice* caam = svp_device_create(type, &ops, nullptr);
        svp_device_counters(
            caam,
            [](void* opaque, const SvpMember* member) {
                auto& into = *static_cast<Told*>(opaque);
                if (member->kind == SVP_MEMBER_TEXT) {
                    into.texts[member->name] = member->text;
                } else {
                    CHECK(member->kind == SVP_MEMBER_NUMBER);
                    into.numbers[member->name] = member->number;
                }
            },
            &told);
        svp_device_destroy(caam);
    }
    // Three rings and the direct way with two numbers each, bytes read and written, two numbers a kind of
    // work.
    CHECK(told.texts.size() == 34);
    CHECK(told.numbers.size() == 3 * 2 + 2 + 2 + 34 * 2);
    CHECK(told.texts["work.0.kind"] == "aes-ecb");
    CHECK(told.texts["work.33.kind"] == "manufacturing");
    for (const char* name : {"rings.0.jobs", "rings.2.failed", "direct.jobs", "bytes-read", "bytes-written",
                             "work.33.operations", "work.33.bytes"}) {
        CAPTURE(name);
        CHECK(told.numbers.contains(name));
    }
}
