// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/ocotp.hpp"

#include <cstdio>

namespace svp {

namespace {

constexpr std::uint32_t window = 0x10000;

constexpr std::uint32_t ctrl = 0x00;
constexpr std::uint32_t read_fuse_data = 0x40;
constexpr std::uint32_t read_ctrl = 0x30;
constexpr std::uint32_t data = 0x20;
constexpr std::uint32_t sw_sticky = 0x50;
constexpr std::uint32_t scs = 0x60;
constexpr std::uint32_t shadows = 0x400;
constexpr std::uint32_t shadow_step = 0x10;

// CTRL
constexpr Field address = {"ADDR", 0, 8};
constexpr Field busy = {"BUSY", 8, 1, FieldAccess::read_only};  ///< never
constexpr Field error = {"ERROR", 9};
constexpr Field reload_shadows = {"RELOAD_SHADOWS", 10};
constexpr Field unlock = {"WR_UNLOCK", 16, 16};
constexpr std::uint32_t unlock_key = 0x3e77;

constexpr Field read_fuse = {"READ_FUSE", 0};
constexpr Field scs_lock = {"LOCK", 31};

// SW_STICKY
constexpr Field srk_revoke_lock = {"SRK_REVOKE_LOCK", 1};
constexpr Field field_return_lock = {"FIELD_RETURN_LOCK", 2};
constexpr Field no_group_mask = {"DISABLE_READ_GROUP_MASK", 5};
constexpr Field no_hdmi_fw_srk = {"DISABLE_READ_HDMI_FW_SRK", 6};
constexpr Field no_hdmi_kmek = {"DISABLE_READ_HDMI_KMEK", 7};
constexpr Field no_hdcp_constant = {"DISABLE_READ_HDCP_TX_GLOBAL_CONSTANT", 8};
constexpr Field no_hdcp_certificate = {"DISABLE_READ_HDCP_TX_CERT", 9};
constexpr Field no_hdcp_key = {"DISABLE_READ_HDCP_DEVICE_KEY", 10};

constexpr std::uint32_t revision_b1 = 0xff0055aa;
constexpr std::uint32_t read_locked_value = 0xbadabada;

constexpr std::uint32_t lock_word = 0x00;
constexpr std::uint32_t uid_low_word = 0x01;
constexpr std::uint32_t uid_high_word = 0x02;
constexpr std::uint32_t mac_low_word = 0x24;
constexpr std::uint32_t mac_high_word = 0x25;

/** Locked in production: tester, memory trim and analogue words (both ways) and the OTP master key. */
constexpr std::uint32_t factory_locks = 0x1f3;

constexpr std::uint64_t default_uid_low = 0x8d1c5d76;
constexpr std::uint64_t default_uid_high = 0x0b2361d4;
/** Locally administered, so that it can never be somebody's. */
constexpr std::uint64_t default_mac = 0x02'04'9f'05'56'51;
constexpr std::uint64_t mac_limit = 0xffff'ffff'ffff;

/** Words under one lock of word 0. */
struct Lock {
    std::uint32_t first;
    std::uint32_t last;
    std::uint32_t program;  ///< bit of word 0 that forbids programming
    std::uint32_t shadow;   ///< bit of word 0 that forbids overriding the shadow
};
constexpr Lock locks[] = {
    {0x01, 0x06, 1u << 0, 1u << 1},    // TESTER
    {0x07, 0x0b, 1u << 2, 1u << 3},    // BOOT_CFG
    {0x0c, 0x0d, 1u << 4, 1u << 5},    // MEM_TRIM
    {0x0e, 0x0f, 1u << 6, 1u << 7},    // ANALOG
    {0x10, 0x17, 1u << 8, 1u << 8},    // OTPMK
    {0x18, 0x1f, 1u << 9, 1u << 9},    // SRK
    {0x20, 0x21, 1u << 10, 1u << 10},  // SJC_RESP
    {0x22, 0x22, 1u << 12, 1u << 13},  // USB_ID
    {0x24, 0x26, 1u << 14, 1u << 15},  // MAC_ADDR
    {0x28, 0x2f, 1u << 16, 1u << 16},  // MAU_KEY
    {0x30, 0x37, 1u << 17, 1u << 17},  // ROM_PATCH
    {0x38, 0x39, 1u << 20, 1u << 21},  // GP1
    {0x3a, 0x3b, 1u << 22, 1u << 23},  // GP2
    {0x3c, 0x3e, 1u << 18, 1u << 19},  // GP_CRC
    {0x3f, 0x3f, 1u << 11, 1u << 11},  // GROUP_MASK
    {0x40, 0x4f, 1u << 24, 1u << 25},  // HDMI_FW_SRK, HDMI_KMEK
    {0x50, 0xfb, 1u << 28, 1u << 29},  // HDCP constants, certificate and keys
};
constexpr std::uint32_t otpmk_first = 0x10;
constexpr std::uint32_t otpmk_last = 0x17;
constexpr std::uint32_t otpmk_lock = 1u << 8;

/** Words that a bit of SW_STICKY closes until the next reset. */
struct Sticky {
    std::uint32_t first;
    std::uint32_t last;
    Field closes;
};
constexpr Sticky sticky_write_locks[] = {
    {0x27, 0x27, srk_revoke_lock},
    {0x23, 0x23, field_return_lock},
};
constexpr Sticky sticky_read_locks[] = {
    {0x3f, 0x3f, no_group_mask},    {0x40, 0x47, no_hdmi_fw_srk},      {0x48, 0x4b, no_hdmi_kmek},
    {0x50, 0x53, no_hdcp_constant}, {0x54, 0xb3, no_hdcp_certificate}, {0xb4, 0xfb, no_hdcp_key},
};

template <std::size_t Count>
bool closed(const Sticky (&list)[Count], std::uint32_t sticky, std::uint32_t word) {
    for (const Sticky& entry : list) {
        if (word >= entry.first && word <= entry.last && entry.closes.of(sticky) != 0) {
            return true;
        }
    }
    return false;
}

struct ShadowGroup {
    std::uint32_t first;
    std::uint32_t count;
    const char* name;
};
constexpr ShadowGroup shadow_groups[] = {
    {0x00, 1, "LOCK"},     {0x01, 6, "TESTER"},       {0x07, 5, "BOOT_CFG"},      {0x0c, 2, "MEM_TRIM"},
    {0x0e, 2, "ANA"},      {0x10, 8, "OTPMK"},        {0x18, 8, "SRK"},           {0x20, 2, "SJC_RESP"},
    {0x22, 1, "USB_ID"},   {0x23, 1, "FIELD_RETURN"}, {0x24, 3, "MAC_ADDR"},      {0x27, 1, "SRK_REVOKE"},
    {0x28, 8, "MAU_KEY"},  {0x30, 8, "ROM_PATCH"},    {0x38, 2, "GP1"},           {0x3a, 2, "GP2"},
    {0x3c, 3, "GP_CRC"},   {0x3f, 1, "GROUP_MASK"},   {0x40, 8, "HDMI_FW_SRK"},   {0x48, 4, "HDMI_KMEK"},
    {0x4c, 4, "reserved"}, {0x50, 4, "HDCP_TX_CONS"}, {0x54, 96, "HDCP_TX_CERT"}, {0xb4, 72, "HDCP_KEY"},
    {0xfc, 4, "reserved"},
};

constexpr PropertyInfo property_list[] = {
    {"uid-low", "lower 32 bits of the chip's unique ID", default_uid_low},
    {"uid-high", "upper 32 bits of the chip's unique ID", default_uid_high},
    {"mac", "Ethernet MAC address, 48 bits, first byte uppermost", default_mac},
};

constexpr std::uint32_t shadow_offset(std::uint32_t word) {
    return shadows + word * shadow_step;
}

}  // namespace

Ocotp::Ocotp(Host& host) : BankDevice(host, "ocotp", window, registers(*this)), fuses_{} {
    fuses_[lock_word] = factory_locks;
    for (const PropertyInfo& property : property_list) {
        static_cast<void>(Ocotp::set_property(property.name, property.default_value));
    }
    Ocotp::reset();
}

std::vector<Register> Ocotp::registers(Ocotp& self) {
    std::vector<Register> rows = {
        {.offset = ctrl,
         .name = "CTRL",
         .fields = {address, busy, error, reload_shadows, unlock},
         .alias = Alias::set_clear_toggle,
         .on_write = [&self](const WriteEvent& event) { self.control_written(event); }},
        {.offset = 0x10,
         .name = "TIMING",
         .fields = {{"STROBE_PROG", 0, 12},
                    {"RELAX", 12, 4},
                    {"STROBE_READ", 16, 6},
                    {"WAIT", 22, 6},
                    {"RSRVD0", 28, 4}}},
        {.offset = data,
         .name = "DATA",
         .on_write = [&self](const WriteEvent& event) { self.data_written(event); }},
        {.offset = read_ctrl,
         .name = "READ_CTRL",
         .fields = {read_fuse},
         .on_write = [&self](const WriteEvent& event) { self.read_control_written(event); }},
        {.offset = read_fuse_data, .name = "READ_FUSE_DATA", .reset = revision_b1},
        {.offset = sw_sticky,
         .name = "SW_STICKY",
         .fields = {srk_revoke_lock,
                    field_return_lock,
                    {"BLOCK_ROM_PART", 3},
                    {"JTAG_BLOCK_RELEASE", 4},
                    no_group_mask,
                    no_hdmi_fw_srk,
                    no_hdmi_kmek,
                    no_hdcp_constant,
                    no_hdcp_certificate,
                    no_hdcp_key},
         .on_write = [&self](const WriteEvent& event) { self.sticky_written(event); }},
        {.offset = scs,
         .name = "SCS",
         .fields = {{"HAB_JDE", 0}, {"SPARE", 1, 30}, scs_lock},
         .alias = Alias::set_clear_toggle,
         .lock = {.bits = [](std::uint32_t, std::uint32_t stored,
                             const Transaction&) { return scs_lock.of(stored) != 0 ? all_bits : 0; },
                  .refuser = Refuser::ocotp}},
        {.offset = 0x90, .name = "VERSION", .access = FieldAccess::read_only},
    };
    for (const ShadowGroup& group : shadow_groups) {
        const std::uint32_t first = group.first;
        rows.push_back(
            {.offset = shadow_offset(first),
             .name = group.name,
             .access = first == lock_word ? FieldAccess::read_only : FieldAccess::read_write,
             .count = group.count,
             .stride = shadow_step,
             .on_read = [&self, first](
                            const ReadEvent& event) { return self.read_shadow(first + event.index, event); },
             .on_write = [&self, first](
                             const WriteEvent& event) { self.shadow_written(first + event.index, event); }});
    }
    return rows;
}

void Ocotp::reset() {
    BankDevice::reset();
    load_shadows();
}

void Ocotp::load_shadows() {
    for (std::uint32_t word = 0; word < word_count; ++word) {
        bank().set(shadow_offset(word), fuses_[word]);
    }
}

void Ocotp::control_written(const WriteEvent& event) {
    // Only hardware sets ERROR.
    const bool failed = error.of(event.after & event.before) != 0;
    bank().set(ctrl, error, failed);
    bank().set(ctrl, reload_shadows, false);
    if (reload_shadows.of(event.after) != 0 && !failed) {
        load_shadows();
    }
}

void Ocotp::data_written(const WriteEvent& event) {
    const std::uint32_t word = bank().get(ctrl, address);
    bank().set(data, 0);  // shifted out serially while programming
    if (bank().get(ctrl, unlock) != unlock_key || bank().get<bool>(ctrl, error)) {
        host().log(LogKind::guest_error, "ocotp: DATA is written without the unlock key or with ERROR set");
        return;
    }
    bank().set(ctrl, unlock, 0);
    if (fuse_locked(word)) {
        fail("programming", word);
        if ((event.after & ~fuses_[word]) != 0) {
            host().refused(event.by, {Refuser::ocotp, word});
        }
        return;
    }
    fuses_[word] |= event.after;  // a fuse can only be blown
}

void Ocotp::read_control_written(const WriteEvent& event) {
    bank().set(read_ctrl, 0);
    if (read_fuse.of(event.after) == 0) {
        return;
    }
    const std::uint32_t word = bank().get(ctrl, address);
    if (read_locked(word)) {
        bank().set(read_fuse_data, read_locked_value);
        fail("reading", word);
        host().refused(event.by, {Refuser::ocotp, word});
    } else {
        bank().set(read_fuse_data, fuses_[word]);
    }
}

void Ocotp::sticky_written(const WriteEvent& event) {
    bank().set(sw_sticky, event.before | event.after);
}

std::uint32_t Ocotp::read_shadow(std::uint32_t word, const ReadEvent& event) {
    if (!read_locked(word)) {
        return event.stored;
    }
    fail("reading the shadow of", word);
    host().refused(event.by, {Refuser::ocotp, word});
    return read_locked_value;
}

void Ocotp::shadow_written(std::uint32_t word, const WriteEvent& event) {
    if (word == lock_word || shadow_locked(word)) {
        bank().set(shadow_offset(word), event.before);
        fail("overriding the shadow of", word);
        if (event.after != event.before) {
            host().refused(event.by, {Refuser::ocotp, word});
        }
    }
}

bool Ocotp::read_locked(std::uint32_t word) const {
    if (word >= otpmk_first && word <= otpmk_last && (bank().value(shadows) & otpmk_lock) != 0) {
        return true;
    }
    return closed(sticky_read_locks, bank().value(sw_sticky), word);
}

bool Ocotp::shadow_locked(std::uint32_t word) const {
    for (const Lock& lock : locks) {
        if (word >= lock.first && word <= lock.last && (bank().value(shadows) & lock.shadow) != 0) {
            return true;
        }
    }
    return closed(sticky_write_locks, bank().value(sw_sticky), word);
}

bool Ocotp::fuse_locked(std::uint32_t word) const {
    for (const Lock& lock : locks) {
        if (word >= lock.first && word <= lock.last && (bank().value(shadows) & lock.program) != 0) {
            return true;
        }
    }
    return closed(sticky_write_locks, bank().value(sw_sticky), word);
}

void Ocotp::fail(const char* what, std::uint32_t word) {
    char line[96];
    std::snprintf(line, sizeof line, "ocotp: %s fuse word 0x%02x is locked", what, word);
    host().log(LogKind::guest_error, line);
    bank().set(ctrl, error, true);
}

std::span<const PropertyInfo> Ocotp::properties() const {
    return property_list;
}

std::optional<std::string> Ocotp::set_property(std::string_view name, std::uint64_t value) {
    const std::uint64_t limit = name == "mac" ? mac_limit : 0xffff'ffff;
    if (name != "mac" && name != "uid-low" && name != "uid-high") {
        return "no property " + std::string(name);
    }
    if (value > limit) {
        return std::string(name) + " is " + std::to_string(value) + ", at most " + std::to_string(limit) +
               " is possible";
    }
    const auto low = static_cast<std::uint32_t>(value);
    if (name == "mac") {
        fuses_[mac_low_word] = low;
        fuses_[mac_high_word] = static_cast<std::uint32_t>(value >> 32);
    } else {
        fuses_[name == "uid-low" ? uid_low_word : uid_high_word] = low;
    }
    return std::nullopt;
}

void Ocotp::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    for (std::uint32_t& word : fuses_) {
        archive.value(word);
    }
}

}  // namespace svp
