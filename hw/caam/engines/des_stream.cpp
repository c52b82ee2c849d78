// SPDX-License-Identifier: GPL-2.0-or-later
/** DES and triple DES; see block_stream.hpp. Keys: 8, and 16 or 24 bytes. */
#include <nettle/cbc.h>
#include <nettle/cfb.h>
#include <nettle/des.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "caam/engines/block_stream.hpp"
#include "caam/job_status.hpp"

namespace svp::caam {

namespace {

constexpr std::size_t des_block = 8;
constexpr std::uint8_t algorithm_des = 0x20;
constexpr std::uint16_t aai_check_parity = 0x80;
constexpr std::uint8_t error_key_parity = 0x9;

bool odd_parity(std::span<const std::uint8_t> key) {
    for (const std::uint8_t byte : key) {
        if (__builtin_popcount(byte) % 2 == 0) {
            return false;
        }
    }
    return true;
}

enum class Mode : std::uint8_t { cbc = 0x10, ecb = 0x20, cfb = 0x30, ofb = 0x40 };

class DesStream final : public BlockStream {
 public:
    DesStream(ClassRegisters& registers, Operation operation, Mode mode)
        : BlockStream(registers, operation, des_block), mode_(mode) {}

 private:
    void start() override {
        const auto bytes = key();
        const bool single = operation().algorithm() == algorithm_des;
        if (single ? bytes.size() != 8 : bytes.size() != 16 && bytes.size() != 24) {
            throw JobError(ChaId::des, ChaError::key_size);
        }
        if ((operation().aai() & aai_check_parity) != 0 && !odd_parity(bytes)) {
            throw JobError(ChaId::des, static_cast<ChaError>(error_key_parity));
        }
        std::copy(bytes.begin(), bytes.end(), bytes_.begin());
        size_ = static_cast<std::uint8_t>(bytes.size());
        set_key();
    }

    /** Equal keys make a triple DES a single one. Weak keys are good keys to the hardware. */
    void set_key() {
        std::array<std::uint8_t, 24> three;
        for (std::size_t i = 0; i < three.size(); i += size_) {
            std::memcpy(three.data() + i, bytes_.data(), std::min<std::size_t>(size_, three.size() - i));
        }
        static_cast<void>(des3_set_key(&key_, three.data()));
        if (size_ == DES_KEY_SIZE) {
            static_cast<void>(des_set_key(&single_, bytes_.data()));
            encrypt_ = [](const void* key, std::size_t size, std::uint8_t* to, const std::uint8_t* from) {
                des_encrypt(static_cast<const des_ctx*>(key), size, to, from);
            };
            decrypt_ = [](const void* key, std::size_t size, std::uint8_t* to, const std::uint8_t* from) {
                des_decrypt(static_cast<const des_ctx*>(key), size, to, from);
            };
            context_ = &single_;
            return;
        }
        encrypt_ = [](const void* key, std::size_t size, std::uint8_t* to, const std::uint8_t* from) {
            des3_encrypt(static_cast<const des3_ctx*>(key), size, to, from);
        };
        decrypt_ = [](const void* key, std::size_t size, std::uint8_t* to, const std::uint8_t* from) {
            des3_decrypt(static_cast<const des3_ctx*>(key), size, to, from);
        };
        context_ = &key_;
    }

    void exchange_keys(Archive& archive, bool started) override {
        archive.value(size_, bytes_.size());
        archive.bytes(std::as_writable_bytes(std::span(bytes_)));
        if (started && size_ != 8 && size_ != 16 && size_ != 24) {
            archive.fail("the stream holds a DES key of " + std::to_string(size_) + " bytes");
        }
        if (started && !archive.writing() && archive.ok()) {
            set_key();
        }
    }

    void crypt(std::size_t size, std::uint8_t* to, const std::uint8_t* from) override {
        std::uint8_t* iv = registers().context.data();
        const bool encrypts = operation().encrypts();
        switch (mode_) {
            case Mode::ecb:
                (encrypts ? encrypt_ : decrypt_)(context_, size, to, from);
                return;
            case Mode::cbc:
                encrypts ? nettle_cbc_encrypt(context_, encrypt_, des_block, iv, size, to, from)
                         : nettle_cbc_decrypt(context_, decrypt_, des_block, iv, size, to, from);
                return;
            case Mode::cfb:
                encrypts ? nettle_cfb_encrypt(context_, encrypt_, des_block, iv, size, to, from)
                         : nettle_cfb_decrypt(context_, encrypt_, des_block, iv, size, to, from);
                return;
            case Mode::ofb:
                for (std::size_t done = 0; done < size; ++done) {
                    if (done % des_block == 0) {
                        encrypt_(context_, des_block, iv, iv);
                    }
                    to[done] = static_cast<std::uint8_t>(from[done] ^ iv[done % des_block]);
                }
                return;
        }
    }

    void finish(std::size_t size, std::uint8_t* to, const std::uint8_t* from) override {
        if (mode_ == Mode::ecb || mode_ == Mode::cbc) {
            throw JobError(ChaId::des, ChaError::data_size);
        }
        crypt(size, to, from);
    }

    void stop() override {}

    Mode mode_;
    std::array<std::uint8_t, 24> bytes_{};
    std::uint8_t size_ = 0;
    des3_ctx key_{};
    des_ctx single_{};
    const void* context_ = nullptr;
    nettle_cipher_func* encrypt_ = nullptr;
    nettle_cipher_func* decrypt_ = nullptr;
};

}  // namespace

std::unique_ptr<Cha> make_des_stream(ClassRegisters& registers, Operation operation) {
    const auto aai = static_cast<std::uint16_t>(operation.aai() & ~aai_check_parity);
    switch (aai) {
        case 0x10:
        case 0x20:
        case 0x30:
        case 0x40:
            return std::make_unique<DesStream>(registers, operation, static_cast<Mode>(aai));
        default:
            throw JobError(ChaId::des, ChaError::mode);
    }
}

}  // namespace svp::caam
