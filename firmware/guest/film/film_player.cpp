// SPDX-License-Identifier: GPL-2.0-or-later
/* See film_player.hpp. */
#include "film_player.hpp"

#include <algorithm>
#include <string_view>

#include "h264_film.hpp"
#include "hevc_film.hpp"
#include "vp9_film.hpp"

namespace svp::film {

namespace {

constexpr std::uint64_t block = 16;

/** The vector after some blocks: the second half of it counts (ISO/IEC 23001-7, clause 9.2). */
void advance(std::array<std::uint8_t, 16>& iv, std::uint64_t blocks) {
    for (std::size_t at = iv.size(); at-- > iv.size() / 2 && blocks != 0;) {
        blocks += iv[at];
        iv[at] = static_cast<std::uint8_t>(blocks);
        blocks >>= 8;
    }
}

class Parts {
 public:
    void clear(std::uint64_t size) {
        if (parts_.empty() || parts_.back().encrypted != 0) {
            parts_.push_back({0, 0});
        }
        parts_.back().clear += static_cast<std::uint32_t>(size);
    }
    void encrypted(std::uint64_t size) {
        if (parts_.empty() || parts_.back().encrypted != 0) {
            parts_.push_back({0, 0});
        }
        parts_.back().encrypted = static_cast<std::uint32_t>(size);
    }
    std::vector<Subsample> take() { return std::move(parts_); }

 private:
    std::vector<Subsample> parts_;
};

}  // namespace

std::unique_ptr<CodecPlayer> make_codec(const Film& film, play::Target& target, HeaderReader* headers) {
    const std::string_view name(film.codec.data(), film.codec.size());
    if (name == "avc1" || name == "avc3") {
        return std::make_unique<H264Film>(target);
    }
    if (name == "hvc1" || name == "hev1") {
        return std::make_unique<HevcFilm>(target);
    }
    if (name == "vp09") {
        if (film.scheme != Scheme::none && film.subsamples.empty()) {
            return std::make_unique<Vp9FilmWithoutHeaders>(target, headers);
        }
        return std::make_unique<Vp9Film>(target);
    }
    return nullptr;
}

JobEncryption job_encryption(const Film& film, const Sample& sample, const std::uint8_t* begin,
                             std::span<const std::span<const std::uint8_t>> units,
                             unsigned start_code_bytes) {
    JobEncryption result;
    result.iv = sample.iv;
    if (sample.subsamples == 0) {
        result.problem = "the sample is encrypted as a whole, its headers cannot be read";
        return result;
    }
    Parts parts;
    std::uint64_t at = 0, before = 0;  // in the sample: here; encrypted bytes that are in no job
    bool any = false, hole = false;
    auto unit = units.begin();
    const auto offset = [&] { return static_cast<std::uint64_t>(unit->data() - begin); };
    for (const Subsample& part : film.parts(sample)) {
        const std::uint64_t secret = at + part.clear, end = secret + part.encrypted;
        bool used = false;
        for (; unit != units.end() && offset() + unit->size() <= end; ++unit) {
            const std::uint64_t first = offset(), last = first + unit->size();
            const std::uint64_t from = std::max(first, secret);
            parts.clear(start_code_bytes + (std::min(last, from) - first));
            if (from < last) {
                if (last != end) {
                    result.problem = "an encrypted range goes over the end of a unit";
                    return result;
                }
                if (film.scheme == Scheme::cenc && (hole || (!any && before % block != 0))) {
                    result.problem = "a picture's stream of cipher blocks is no whole one";
                    return result;
                }
                parts.encrypted(last - from);
                used = any = true;
            }
        }
        if (unit != units.end() && offset() < end && offset() + unit->size() > end) {
            // Clear bytes go on in the next range, as they do where one range cannot hold them.
            if (part.encrypted != 0) {
                result.problem = "a unit lies in two encrypted ranges";
                return result;
            }
        }
        before += any ? 0 : part.encrypted;
        hole = hole || (any && !used && part.encrypted != 0);
        at = end;
    }
    if (unit != units.end()) {
        result.problem = "a unit lies behind the ranges of its sample";
    }
    if (film.scheme == Scheme::cenc) {
        advance(result.iv, before / block);
    }
    result.parts = parts.take();
    return result;
}

FilmPlayer::FilmPlayer(const Film& film, std::span<const std::uint8_t> file, play::Target& target,
                       HeaderReader* headers)
    : film_(film), file_(file), target_(target), headers_(headers) {
    if (start() && codec_ == nullptr) {
        problem_ = "codec '" + std::string(film.codec.data(), film.codec.size()) +
                   "', only H.264, HEVC and VP9 are decoded";
    }
}

FilmPlayer::~FilmPlayer() = default;

bool FilmPlayer::start() {
    codec_ = make_codec(film_, *this, headers_);
    if (codec_ != nullptr && !codec_->configure(film_.configuration)) {
        problem_ = codec_->problem();
        return false;
    }
    return true;
}

std::span<const std::uint8_t> FilmPlayer::current_bytes() const {
    return file_.subspan(static_cast<std::size_t>(current().offset), current().size);
}

const Sample& FilmPlayer::sample_of(std::uint64_t frame) const {
    const auto found = frames_.find(frame);
    return film_.samples[found == frames_.end() ? current_ : found->second];
}

bool FilmPlayer::step() {
    if (!problem_.empty() || next_ == film_.samples.size()) {
        return false;
    }
    current_ = next_++;
    if (!codec_->take(current_bytes())) {
        problem_ =
            codec_->problem().empty() ? "" : "sample " + std::to_string(current_) + ": " + codec_->problem();
        return false;
    }
    return true;
}

bool FilmPlayer::finish() {
    return codec_ == nullptr || codec_->finish();
}

bool FilmPlayer::seek(std::int64_t time) {
    if (!finish()) {
        return false;
    }
    std::size_t best = 0;
    for (std::size_t number = 0; number < film_.samples.size(); ++number) {
        const Sample& sample = film_.samples[number];
        if (sample.sync && sample.time <= time && sample.time >= film_.samples[best].time) {
            best = number;
        }
    }
    next_ = best;
    return true;
}

bool FilmPlayer::begin(const play::Format& format, const play::Controls& first) {
    return target_.begin(format, first);
}

bool FilmPlayer::decode(const play::Job& job) {
    frames_.try_emplace(job.frame, current_);
    return target_.decode(job);
}

bool FilmPlayer::show(std::uint64_t frame) {
    if (codec_->shows_at_once()) {
        frames_.insert_or_assign(frame, current_);
    }
    return target_.show(frame);
}

void FilmPlayer::release(std::uint64_t frame) {
    target_.release(frame);
    frames_.erase(frame);
}

}  // namespace svp::film
