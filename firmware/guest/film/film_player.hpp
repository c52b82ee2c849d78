// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * Makes jobs of a film: units of its samples to a codec's player, times to frames, and for each job which of
 * its bytes are encrypted. Knows neither kernel nor TEE.
 */
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "../decrypt/result.hpp"
#include "../play/target.hpp"
#include "../play/vp9_player.hpp"
#include "film.hpp"

namespace svp::film {

/** A codec's player, fed by the units of samples. Another codec is another one of these, and a row in
 * make_codec(). */
class CodecPlayer {
 public:
    virtual ~CodecPlayer() = default;
    /** The film's configuration (avcC, hvcC, ...). False with a problem() if it is none. */
    virtual bool configure(std::span<const std::uint8_t> configuration) = 0;
    /** A whole sample. False: the target ended it, or it has a problem(). */
    virtual bool take(std::span<const std::uint8_t> sample) = 0;
    /** All that was decoded is shown. */
    virtual bool finish() = 0;
    virtual std::string problem() const = 0;
    /** Bytes before each unit in a job's data that are in no film. */
    virtual unsigned start_code_bytes() const { return 3; }
    /** A sample's picture is shown before the next sample is taken, even one from before. */
    virtual bool shows_at_once() const { return false; }
};

/** Reads the headers of VP9's frames in a sample that is encrypted as a whole. */
class HeaderReader {
 public:
    virtual ~HeaderReader() = default;
    /** @p sample: the one that the player is at. */
    virtual decrypt::Result<std::vector<play::Vp9ReadFrame>> read_headers(
        std::span<const std::uint8_t> sample) = 0;
};

/** Nothing for a codec that is not decoded. @p headers: nullptr, if nobody reads encrypted ones. */
std::unique_ptr<CodecPlayer> make_codec(const Film& film, play::Target& target, HeaderReader* headers);

/** Encrypted bytes of a job: ranges of what its units and their start codes make, and the vector. */
struct JobEncryption {
    std::vector<Subsample> parts;
    std::array<std::uint8_t, 16> iv{};
    std::string problem;  ///< not empty: the job cannot be decrypted, and why
};

/** Which bytes of a job's data (units, and start codes of so many bytes before them) are encrypted. @p units
 * lie in @p sample's bytes, whose first byte is @p begin. */
JobEncryption job_encryption(const Film& film, const Sample& sample, const std::uint8_t* begin,
                             std::span<const std::span<const std::uint8_t>> units,
                             unsigned start_code_bytes = 3);

class FilmPlayer : private play::Target {
 public:
    /** Jobs and frames go to @p target. @p file is what @p film was parsed from. */
    FilmPlayer(const Film& film, std::span<const std::uint8_t> file, play::Target& target,
               HeaderReader* headers = nullptr);
    ~FilmPlayer() override;

    /** Plays on; false at the end, when the target ends it, or with a problem(). */
    bool step();
    /** Shows all that was decoded. */
    bool finish();
    /** Goes on with the last sync sample that is shown at or before @p time (units of the film's time
     * scale). What was decoded before is shown first. */
    bool seek(std::int64_t time);

    const std::string& problem() const { return problem_; }
    std::size_t next_sample() const { return next_; }
    /** When a frame is shown, and for how long, in units of the film's time scale. */
    const Sample& sample_of(std::uint64_t frame) const;
    /** Of the job that is being decoded. */
    const Sample& current() const { return film_.samples[current_]; }
    std::span<const std::uint8_t> current_bytes() const;
    unsigned start_code_bytes() const { return codec_->start_code_bytes(); }

 private:
    bool begin(const play::Format& format, const play::Controls& first) override;
    bool decode(const play::Job& job) override;
    bool show(std::uint64_t frame) override;
    void release(std::uint64_t frame) override;
    bool start();

    const Film& film_;
    std::span<const std::uint8_t> file_;
    play::Target& target_;
    HeaderReader* headers_;
    std::unique_ptr<CodecPlayer> codec_;
    std::map<std::uint64_t, std::size_t> frames_;  ///< sample of each frame that lives
    std::size_t next_ = 0;
    std::size_t current_ = 0;
    std::string problem_;
};

}  // namespace svp::film
