// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * A protected film's pictures one by one, for whoever takes them: their dma-bufs, and when they are shown.
 *
 * Whoever has one gives it back, in whatever thread; the decoder waits as long as all are out.
 */
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "../film/decrypt_writer.hpp"
#include "../film/film_player.hpp"
#include "../film/mapped_file.hpp"
#include "../play/v4l2_decoder.hpp"

namespace svp::gst {

/** A picture that is out. The descriptor is the decoder's: it is there until the picture is given back. */
struct FilmPicture {
    play::Format format;
    play::Surface surface;
    int descriptor = -1;
    std::size_t bytes = 0;  ///< of the buffer
    double seconds = 0;     ///< when it is shown
    double duration = 0;    ///< seconds
    unsigned number = 0;    ///< of the buffer
    unsigned round = 0;     ///< of buffers; there are new ones for each size
};

/** Which buffers are out; outlives the film, as pictures may. */
class Lent {
 public:
    void lend(const FilmPicture& picture);
    void take_back(unsigned round, unsigned number);
    bool is_out(unsigned number);
    /** New buffers: those that are out belong to nobody here any more. */
    void begin_round();
    /** Waits until one comes back; false when none does, for the film is to end. */
    bool wait();
    void end();
    unsigned round() const { return round_; }

 private:
    std::mutex mutex_;
    std::condition_variable came_back_;
    std::set<unsigned> out_;
    unsigned round_ = 0;
    bool ends_ = false;
};

class FilmPictures : private play::Screen {
 public:
    static decrypt::Result<std::unique_ptr<FilmPictures>> open(const std::string& file);

    /** The next picture; nothing at the film's end, or with a problem(). */
    std::unique_ptr<FilmPicture> next();
    /** Goes on at the last sync sample before that time. */
    bool seek(double seconds);
    const std::string& problem() const { return problem_; }
    const std::shared_ptr<Lent>& lent() const { return lent_; }
    double seconds() const;

 private:
    FilmPictures(film::MappedFile file, film::Film film);

    bool begin(const play::Format& format, const play::Buffers& buffers) override;
    bool picture(const play::Picture& picture) override;
    bool keeps(unsigned buffer) const override;
    bool let_go() override;
    void error(const std::string& text) override { problem_ = text; }

    film::MappedFile file_;
    film::Film film_;
    std::shared_ptr<Lent> lent_ = std::make_shared<Lent>();
    std::deque<FilmPicture> waiting_;
    std::size_t picture_bytes_ = 0;
    std::string problem_;
    film::DecryptWriter writer_;
    play::V4l2Decoder decoder_;
    film::FilmPlayer player_;
};

}  // namespace svp::gst
