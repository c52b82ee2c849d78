// SPDX-License-Identifier: GPL-2.0-or-later
/** KEY, LOAD and STORE. */
#include <algorithm>
#include <cstring>

#include "caam/byte_order.hpp"
#include "caam/descriptor/deco.hpp"

namespace svp::caam {

namespace {

constexpr std::uint32_t bit_table = 1u << 24;  ///< SGF; of SEQ commands VLF
constexpr std::uint32_t bit_immediate = 1u << 23;
constexpr unsigned class_deco = 3;

// Registers that LOAD and STORE name.
constexpr unsigned reg_mode = 0x00;
constexpr unsigned reg_key_size = 0x01;
constexpr unsigned reg_data_size = 0x02;
constexpr unsigned reg_icv_size = 0x03;
constexpr unsigned reg_control = 0x06;
constexpr unsigned reg_interrupt_or_override = 0x07;
constexpr unsigned reg_clear_written = 0x08;
constexpr unsigned reg_math_word = 0x08;
constexpr unsigned reg_instance = 0x0a;
constexpr unsigned reg_aad_size = 0x0b;
constexpr unsigned reg_iv_size = 0x0c;
constexpr unsigned reg_alternate_data_size = 0x0f;
constexpr unsigned reg_pk_size = 0x10;
constexpr unsigned reg_context = 0x20;
constexpr unsigned reg_math_dword = 0x30;
constexpr unsigned reg_math_byte = 0x38;
constexpr unsigned reg_key = 0x40;
constexpr unsigned reg_descriptor = 0x40;
constexpr unsigned reg_job_descriptor = 0x41;
constexpr unsigned reg_shared_descriptor = 0x42;
constexpr unsigned reg_job_descriptor_we = 0x45;
constexpr unsigned reg_shared_descriptor_we = 0x46;
constexpr unsigned reg_info_size = 0x70;
constexpr unsigned reg_info_size_math = 0x71;
constexpr unsigned reg_info_only = 0x72;
constexpr unsigned reg_info_only_math = 0x73;
constexpr unsigned reg_size = 0x74;
constexpr unsigned reg_size_math = 0x75;
constexpr unsigned reg_aux = 0x78;
constexpr unsigned reg_info = 0x7a;
constexpr unsigned reg_input = 0x7c;
constexpr unsigned reg_output = 0x7e;

constexpr unsigned control_enable_entries = 1u << 2;
constexpr unsigned control_disable_entries = 1u << 3;

// CHA control: reset of engines, unloading of PKHA registers.
constexpr std::uint32_t control_reset_all = 1u << 0;
constexpr std::uint32_t control_reset_class1 = 0x37eu & ~(1u << 7);
constexpr std::uint32_t control_reset_md = 1u << 7;
constexpr unsigned control_unload_a0 = 16;
constexpr unsigned control_unload_b0 = 20;
constexpr unsigned control_unload_n = 24;
constexpr unsigned control_unload_a = 26;
constexpr unsigned control_unload_b = 27;

constexpr unsigned key_to_pk_e = 1;
constexpr unsigned key_to_sbox = 2;
constexpr unsigned key_to_split = 3;
constexpr std::uint32_t key_encrypted = 1u << 22;
constexpr std::uint32_t key_no_write_back = 1u << 21;
constexpr std::uint32_t key_ccm = 1u << 20;
constexpr std::uint32_t key_trusted = 1u << 15;
constexpr std::uint32_t key_plain_store = 1u << 14;

constexpr PkRegister pk_order[] = {PkRegister::a, PkRegister::b, PkRegister::n, PkRegister::e};

bool is_math_word(unsigned target) {
    return target >= reg_math_word && target < reg_math_word + 4;
}
bool is_math_dword(unsigned target) {
    return target >= reg_math_dword && target < reg_math_dword + 4;
}
bool is_math_byte(unsigned target) {
    return target >= reg_math_byte && target < reg_math_byte + 4;
}

std::uint32_t word_of(std::span<const std::uint8_t> data) {
    if (data.size() < 4) {
        throw JobError(DecoError::load);
    }
    return load_le32(data.data());
}

}  // namespace

void Deco::key(std::uint32_t word, bool sequence) {
    const unsigned destination = word >> 16 & 3;
    const unsigned number = word >> 25 & 3;
    const bool immediate_data = (word & bit_immediate) != 0;
    // A split key is never clear in memory, whatever ENC says: OP-TEE loads what it stored encrypted without
    // it.
    const bool split = destination == key_to_split;
    const bool encrypted = (word & key_encrypted) != 0 || (split && (word & key_plain_store) == 0);
    const Wrapping ecb = split ? Wrapping::split_ecb : Wrapping::ecb;
    const Wrapping wrapping = (word & key_ccm) != 0 ? Wrapping::ccm : ecb;
    const std::uint64_t wanted = sequence && (word & bit_table) != 0 ? in_.variable : word & 0x3ff;
    const std::size_t most = destination == key_to_pk_e ? pk_bytes : key_bytes;
    if (number == 0 || number == class_deco || wanted > most || (split && number != 2) ||
        (destination == key_to_pk_e && number != 1)) {
        throw JobError(DecoError::key);
    }
    const Kek wrapped_by = kek(encrypted && (word & key_trusted) != 0, DecoError::key);
    const auto plain_size = static_cast<std::uint32_t>(wanted);
    const std::uint32_t size = encrypted ? black_size(wrapping, plain_size) : plain_size;
    std::vector<std::uint8_t> bytes;
    if (immediate_data && !sequence) {
        bytes = immediate(size);
    } else if (sequence) {
        bytes = fetch_bytes(take_in(size, DecoError::key), Purpose::key);
    } else {
        const std::uint64_t address = pointer();
        bytes = fetch_bytes(from_memory(address, (word & bit_table) != 0, size), Purpose::key);
    }
    if (destination == key_to_sbox) {
        unimplemented("the key of AFHA", DecoError::key);
    }
    if (encrypted) {
        bytes = engine_.keys.unwrap(wrapped_by, wrapping, bytes, plain_size);
        ++engine_.counters[Work::black_key].operations;
    }
    set_key(word, bytes);
    std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
}

void Deco::set_key(std::uint32_t word, std::span<const std::uint8_t> plain) {
    const unsigned destination = word >> 16 & 3;
    if (destination == key_to_pk_e) {
        ccb_.pkha().put(PkRegister::e, 0, plain);
        ccb_.pkha().lock_e((word & key_no_write_back) != 0);
        return;
    }
    ClassRegisters& registers = ccb_.registers(word >> 25 & 3);
    registers.key.fill(0);
    std::copy(plain.begin(), plain.end(), registers.key.begin());
    registers.key_size = static_cast<std::uint32_t>(plain.size());
    registers.key_loaded = true;
    registers.key_split = destination == key_to_split;
    registers.key_locked = (word & key_no_write_back) != 0;
    registers.plain_store = (word & key_plain_store) != 0;
}

void Deco::load(std::uint32_t word, bool sequence) {
    const unsigned number = word >> 25 & 3;
    const unsigned target = word >> 16 & 0x7f;
    const unsigned offset = word >> 8 & 0xff;
    const bool immediate_data = (word & bit_immediate) != 0 && !sequence;
    unsigned length = word & 0xff;
    if (sequence && (word & bit_table) != 0) {
        if (in_.variable > 0xff) {
            throw JobError(DecoError::load);
        }
        length = in_.variable;
    }
    if (number == class_deco && target == reg_control && immediate_data) {
        if ((offset & control_enable_entries) != 0) {
            auto_entries_ = true;
        } else if ((offset & control_disable_entries) != 0) {
            auto_entries_ = false;
        }
        return;
    }
    const bool by_math = number == 0 && (target == reg_info_size_math || target == reg_info_only_math ||
                                         target == reg_size_math);
    const bool words = number == class_deco && target >= reg_descriptor && target <= reg_shared_descriptor_we;
    const std::size_t size = by_math ? 4 : words ? std::size_t{4} * length : length;
    std::vector<std::uint8_t> data;
    if (immediate_data) {
        data = immediate(size);
    } else if (sequence) {
        data = fetch_bytes(take_in(size, DecoError::load));
    } else {
        const std::uint64_t address = pointer();
        data = fetch_bytes(from_memory(address, (word & bit_table) != 0, size));
    }
    if (number == 0) {
        by_math || (target >= reg_info_size && target <= reg_info) ? load_info_fifo(target, length & 3, data)
                                                                   : load_control(target, length, data);
    } else if (number == class_deco) {
        load_deco(target, offset, data);
    } else {
        load_register(number, target, offset, data);
    }
}

void Deco::load_register(unsigned number, unsigned target, unsigned offset,
                         std::span<const std::uint8_t> data) {
    ClassRegisters& registers = ccb_.registers(number);
    if (target == reg_context) {
        if (offset + data.size() > context_bytes) {
            throw JobError(DecoError::context_length);
        }
        std::copy(data.begin(), data.end(), registers.context.begin() + offset);
        return;
    }
    if (target == reg_key) {
        if (registers.key_loaded || offset + data.size() > key_bytes) {
            throw JobError(DecoError::load);
        }
        std::copy(data.begin(), data.end(), registers.key.begin() + offset);
        registers.key_size = std::max(registers.key_size, offset + static_cast<std::uint32_t>(data.size()));
        return;
    }
    const std::uint32_t value = word_of(data);
    switch (target) {
        case reg_mode:
            operation((number == 1 ? 2u : 4u) << 24 | (value & 0x00ffffff));
            return;
        case reg_key_size:
            if (registers.key_loaded || value > key_bytes) {
                throw JobError(DecoError::load);
            }
            registers.key_size = value;
            return;
        case reg_data_size:
            registers.data_size = value;
            return;
        case reg_icv_size:
            registers.icv_size = value;
            return;
        case reg_aad_size:
        case reg_iv_size:
        case reg_alternate_data_size:
            return;
        default:
            break;
    }
    if (number == 1 && target >= reg_pk_size && target < reg_pk_size + 4) {
        const PkRegister which = pk_order[target - reg_pk_size];
        if (which == PkRegister::e && ccb_.pkha().e_loaded()) {
            throw JobError(DecoError::load);
        }
        ccb_.pkha().set_size(which, value);
        return;
    }
    throw JobError(DecoError::load);
}

void Deco::load_control(unsigned target, unsigned length, std::span<const std::uint8_t> data) {
    static_cast<void>(length);
    switch (target) {
        case reg_control:
            return cha_control(word_of(data));
        case reg_interrupt_or_override:
        case reg_instance:
            return;
        case reg_clear_written:
            return ccb_.clear(word_of(data));
        case reg_input:
            return ccb_.load(data);
        case reg_output:
            return ccb_.push_output(data);
        default:
            throw JobError(DecoError::load);
    }
}

void Deco::cha_control(std::uint32_t bits) {
    if ((bits & (control_reset_all | control_reset_class1)) != 0) {
        ccb_.clear(1u << 29);
    }
    if ((bits & (control_reset_all | control_reset_md)) != 0) {
        ccb_.clear(1u << 28);
    }
    const auto unload = [&](PkRegister which, unsigned segment) {
        std::vector<std::uint8_t> number(ccb_.pkha().size(which));
        ccb_.pkha().get(which, segment, number);
        ccb_.push_output(number);
    };
    for (unsigned segment = 0; segment < 4; ++segment) {
        if ((bits >> (control_unload_a0 + segment) & 1) != 0) {
            unload(PkRegister::a, segment);
        }
        if ((bits >> (control_unload_b0 + segment) & 1) != 0) {
            unload(PkRegister::b, segment);
        }
    }
    if ((bits >> control_unload_n & 1) != 0) {
        unload(PkRegister::n, 0);
    }
    if ((bits >> control_unload_a & 1) != 0) {
        unload(PkRegister::a, 0);
    }
    if ((bits >> control_unload_b & 1) != 0) {
        unload(PkRegister::b, 0);
    }
}

void Deco::load_deco(unsigned target, unsigned offset, std::span<const std::uint8_t> data) {
    if (target == reg_interrupt_or_override) {
        override_ = word_of(data);
        return;
    }
    const bool by_word = is_math_word(target) || is_math_dword(target);
    if (by_word || is_math_byte(target)) {
        const std::size_t at = (target & 3) * std::size_t{8} + offset;
        if (at + data.size() > math_.size()) {
            throw JobError(DecoError::load);
        }
        for (std::size_t i = 0; i < data.size(); ++i) {
            // Words are little endian in memory; in the register the upper one comes first.
            const std::size_t lane = by_word ? std::min(i | 3, data.size() - 1) - (i & 3) : i;
            math_[at + lane] = data[i];
        }
        return;
    }
    if (target >= reg_descriptor && target <= reg_shared_descriptor) {
        const unsigned base = target == reg_job_descriptor ? job_first_ : 0;
        if (base + offset + data.size() / 4 > descriptor_words) {
            throw JobError(DecoError::load);
        }
        for (std::size_t i = 0; i + 4 <= data.size(); i += 4) {
            buffer_[base + offset + i / 4] = load_le32(data.data() + i);
        }
        return;
    }
    if (target == reg_control) {
        return;
    }
    throw JobError(DecoError::load);
}

/** Entries for the information FIFO, written by hand. */
void Deco::load_info_fifo(unsigned target, unsigned selector, std::span<const std::uint8_t> data) {
    const std::uint32_t word = word_of(data);
    const auto from_math = static_cast<std::uint32_t>(math_register(selector));
    InfoEntry entry = InfoEntry::from_word(word);
    switch (target) {
        case reg_info_size_math:
        case reg_info_only_math:
            entry.length = from_math;
            break;
        case reg_info_size:
        case reg_info_only:
        case reg_info:
            if (data.size() >= 8) {
                entry.length = load_le32(data.data() + 4);
            }
            break;
        case reg_size:
        case reg_size_math:
            return;
        default:
            if (target == reg_aux || target < reg_info) {
                unimplemented("shift and auxiliary FIFO registers", DecoError::load);
            }
            throw JobError(DecoError::load);
    }
    ccb_.inform(entry);
}

void Deco::store(std::uint32_t word, bool sequence) {
    const unsigned number = word >> 25 & 3;
    const unsigned source = word >> 16 & 0x7f;
    const unsigned offset = word >> 8 & 0xff;
    unsigned length = word & 0xff;
    if (sequence && (word & bit_table) != 0) {
        if (out_.variable > 0xff) {
            throw JobError(DecoError::store);
        }
        length = out_.variable;
    }
    if (number == class_deco && source >= reg_descriptor && source <= reg_shared_descriptor_we) {
        store_descriptor(source, offset, length, sequence);
        return;
    }
    if (sequence) {
        const auto data = stored_register(number, source, offset, length);
        take_out(length, DecoError::store).write(port_, data);
        return;
    }
    const std::uint64_t address = pointer();
    const auto data =
        (word & bit_immediate) != 0 ? immediate(length) : stored_register(number, source, offset, length);
    from_memory(address, (word & bit_table) != 0, length).write(port_, data);
}

/** Words of the buffer go to where the descriptor was fetched from, or to a pointer. */
void Deco::store_descriptor(unsigned source, unsigned offset, unsigned length, bool sequence) {
    const bool job = source == reg_job_descriptor || source == reg_job_descriptor_we;
    const bool shared = source == reg_shared_descriptor || source == reg_shared_descriptor_we;
    const unsigned base = job ? job_first_ : 0;
    if (base + offset + length > descriptor_words || (shared && !has_shared_) ||
        (!job && !shared && source != reg_descriptor)) {
        throw JobError(DecoError::store);
    }
    std::vector<std::uint8_t> bytes(std::size_t{4} * length);
    for (unsigned i = 0; i < length; ++i) {
        store_le32(bytes.data() + std::size_t{4} * i, buffer_[base + offset + i]);
    }
    if (sequence) {
        take_out(bytes.size(), DecoError::store).write(port_, bytes);
        return;
    }
    const std::uint64_t address = job      ? job_address_ + std::uint64_t{4} * offset
                                  : shared ? shared_address_ + std::uint64_t{4} * offset
                                           : pointer();
    port_.write(address, bytes);
}

std::vector<std::uint8_t> Deco::math_words(unsigned first, unsigned offset, unsigned length) const {
    const std::size_t at = first * std::size_t{8} + offset;
    if (at + length > math_.size()) {
        throw JobError(DecoError::store);
    }
    return {math_.begin() + static_cast<std::ptrdiff_t>(at),
            math_.begin() + static_cast<std::ptrdiff_t>(at + length)};
}

std::vector<std::uint8_t> Deco::stored_register(unsigned number, unsigned source, unsigned offset,
                                                unsigned length) {
    if (number == class_deco) {
        if (source == reg_interrupt_or_override) {
            std::vector<std::uint8_t> data(std::max(4u, length));
            store_le32(data.data(), override_);
            data.resize(length);
            return data;
        }
        const bool by_word = is_math_word(source) || is_math_dword(source);
        if (!by_word && !is_math_byte(source)) {
            throw JobError(DecoError::store);
        }
        auto data = math_words(source & 3, offset, length);
        for (std::size_t i = 0; by_word && i < data.size(); i += 4) {
            std::reverse(data.begin() + static_cast<std::ptrdiff_t>(i),
                         data.begin() + static_cast<std::ptrdiff_t>(std::min(i + 4, data.size())));
        }
        return data;
    }
    if (number == 0) {
        throw JobError(DecoError::store);
    }
    const ClassRegisters& registers = ccb_.registers(number);
    if (source == reg_context) {
        ccb_.wait_result(number);
        if (offset + length > context_bytes) {
            throw JobError(DecoError::context_length);
        }
        return {registers.context.begin() + offset, registers.context.begin() + offset + length};
    }
    std::vector<std::uint8_t> data(std::max(4u, length));
    switch (source) {
        case reg_mode:
            store_le32(data.data(), registers.mode);
            break;
        case reg_key_size:
            store_le32(data.data(), registers.key_size);
            break;
        case reg_data_size:
            store_le32(data.data(), registers.data_size);
            break;
        case reg_icv_size:
            store_le32(data.data(), registers.icv_size);
            break;
        default:
            if (number != 1 || source < reg_pk_size || source >= reg_pk_size + 4) {
                throw JobError(DecoError::store);  // among them the key registers
            }
            store_le32(data.data(), ccb_.pkha().size(pk_order[source - reg_pk_size]));
            break;
    }
    data.resize(length);
    return data;
}

}  // namespace svp::caam
