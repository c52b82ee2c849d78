// SPDX-License-Identifier: GPL-2.0-or-later
#include "observer/leak_form.hpp"

#include <string>

namespace svp {

namespace {

void add_path(std::vector<Member>& members, const std::string& prefix, const std::vector<LeakStep>& path) {
    if (path.empty()) {
        members.push_back({prefix + "path", std::monostate()});
    }
    for (std::size_t step = 0; step < path.size(); ++step) {
        const std::string place = prefix + "path." + std::to_string(step) + ".";
        members.push_back({place + "master", std::string(name(path[step].master))});
        members.push_back({place + "address", path[step].address});
        members.push_back({place + "arrived", path[step].arrived});
    }
}

void add_leak(std::vector<Member>& members, const std::string& prefix, const Leak& leak,
              const std::vector<LeakStep>& path) {
    members.push_back({prefix + "sequence", leak.sequence});
    members.push_back({prefix + "time", static_cast<std::uint64_t>(leak.first_time)});
    members.push_back({prefix + "last-time", static_cast<std::uint64_t>(leak.last_time)});
    members.push_back({prefix + "count", leak.count});
    members.push_back({prefix + "kind", std::string(name(leak.kind))});
    members.push_back({prefix + "master", std::string(name(leak.master))});
    members.push_back({prefix + "world", std::string(name(leak.world))});
    if (leak.stream != Stream::none) {
        members.push_back({prefix + "stream", std::string(name(leak.stream))});
    }
    members.push_back({prefix + "first", leak.first});
    members.push_back({prefix + "last", leak.last});
    members.push_back({prefix + "bytes", leak.bytes});
    add_path(members, prefix, path);
    members.push_back({prefix + "text", text(leak, path)});
}

}  // namespace

std::vector<Member> members_of(const LeakOracle& oracle) {
    std::vector<Member> members;
    members.push_back({"leaks.events", oracle.log().events()});
    members.push_back({"leaks.dropped", oracle.log().dropped()});
    members.push_back({"leaks.marked", oracle.marked() * DataMarks::granule});
    if (oracle.log().list().empty()) {
        members.push_back({"leaks.list", std::monostate()});
    }
    std::size_t number = 0;
    for (const Leak& leak : oracle.log().list()) {
        add_leak(members, "leaks.list." + std::to_string(number++) + ".", leak, oracle.path(leak.origin));
    }
    return members;
}

}  // namespace svp
