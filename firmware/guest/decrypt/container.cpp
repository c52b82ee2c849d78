// SPDX-License-Identifier: GPL-2.0-or-later
/* See container.hpp. */
#include "container.hpp"

#include <algorithm>
#include <cstring>

namespace svp::decrypt {
namespace {

constexpr std::uint8_t magic[Container::magic_size] = {'S', 'V', 'P', 'E', 'N', 'C', '1', 0};

/** Takes numbers and bytes from the front; nothing comes after the end. */
class Reader {
 public:
    explicit Reader(std::span<const std::uint8_t> bytes) : left_(bytes) {}

    std::optional<std::uint32_t> number() {
        const auto bytes = take(sizeof(std::uint32_t));
        if (!bytes)
            return std::nullopt;
        std::uint32_t value = 0;
        for (std::size_t n = sizeof(value); n-- > 0;)
            value = value << 8 | (*bytes)[n];
        return value;
    }

    std::optional<std::span<const std::uint8_t>> take(std::size_t size) {
        if (size > left_.size())
            return std::nullopt;
        const auto bytes = left_.first(size);
        left_ = left_.subspan(size);
        return bytes;
    }

    std::size_t left() const { return left_.size(); }

 private:
    std::span<const std::uint8_t> left_;
};

const Error too_short{"the header ends early"};

Result<Container::Sample> parse_sample(Reader& reader, const SampleDescription& common) {
    const auto size = reader.number();
    const auto count = reader.number();
    const auto iv = reader.take(SVP_DECRYPT_BLOCK);
    if (!size || !count || !iv || *count > reader.left() / sizeof(svp_decrypt_subsample))
        return too_short;
    Container::Sample sample{common, *size};
    std::copy(iv->begin(), iv->end(), sample.description.iv.begin());
    sample.description.subsamples.reserve(*count);
    for (std::uint32_t n = 0; n < *count; n++) {
        const auto clear = reader.number();
        const auto encrypted = reader.number();
        sample.description.subsamples.push_back({*clear, *encrypted});
    }
    return sample;
}

}  // namespace

bool Container::is_container(std::span<const std::uint8_t> beginning) {
    return beginning.size() >= magic_size && std::equal(magic, magic + magic_size, beginning.begin());
}

Result<std::size_t> Container::header_size(std::span<const std::uint8_t> beginning) {
    if (beginning.size() < fixed_size || !is_container(beginning))
        return too_short;
    Reader reader(beginning.subspan(magic_size));
    const std::uint32_t size = *reader.number();
    if (size < fixed_size || size > max_header)
        return Error{"header of " + std::to_string(size) + " bytes, the limits are " +
                     std::to_string(fixed_size) + " and " + std::to_string(max_header)};
    return std::size_t{size};
}

Result<Container> Container::parse(std::span<const std::uint8_t> header) {
    if (header.size() < fixed_size)
        return too_short;
    Reader reader(header.subspan(magic_size));
    Container container;
    SampleDescription common;
    container.data_offset = *reader.number();
    const std::uint32_t scheme = *reader.number();
    common.crypt_blocks = *reader.number();
    common.skip_blocks = *reader.number();
    common.iv_size = *reader.number();
    const std::uint32_t blob_size = *reader.number();
    const std::uint32_t samples = *reader.number();
    const std::uint32_t reserved = *reader.number();
    if (scheme > SVP_SCHEME_CBCS || reserved)
        return Error{"scheme " + std::to_string(scheme) + " is not known"};
    common.scheme = static_cast<svp_decrypt_scheme>(scheme);
    const auto blob = reader.take(blob_size);
    if (!blob)
        return too_short;
    container.blob.assign(blob->begin(), blob->end());
    for (std::uint32_t n = 0; n < samples; n++) {
        Result<Sample> sample = parse_sample(reader, common);
        if (!sample.ok())
            return sample.error();
        container.data_size += sample.value().size;
        container.samples.push_back(std::move(sample.value()));
    }
    return container;
}

}  // namespace svp::decrypt
