// SPDX-License-Identifier: GPL-2.0-or-later
/* See film_pictures.hpp. */
#include "film_pictures.hpp"

#include <algorithm>

namespace svp::gst {

using decrypt::Error;
using decrypt::Result;

namespace {

/** Pictures that a sink may have: the one on the screen, the next one, and one on its way. */
constexpr unsigned lent_at_most = 4;
constexpr char heap[] = "video";

play::Memory memory() {
    play::Memory memory;
    memory.stream_heap = memory.picture_heap = heap;
    memory.streams = 3;
    memory.spare = lent_at_most;
    return memory;
}

}  // namespace

void Lent::lend(const FilmPicture& picture) {
    const std::lock_guard guard(mutex_);
    if (picture.round == round_) {
        out_.insert(picture.number);
    }
}

void Lent::take_back(unsigned round, unsigned number) {
    const std::lock_guard guard(mutex_);
    if (round == round_) {
        out_.erase(number);
        came_back_.notify_all();
    }
}

bool Lent::is_out(unsigned number) {
    const std::lock_guard guard(mutex_);
    return out_.contains(number);
}

void Lent::begin_round() {
    const std::lock_guard guard(mutex_);
    out_.clear();
    ++round_;
}

bool Lent::wait() {
    std::unique_lock guard(mutex_);
    const std::size_t before = out_.size();
    came_back_.wait(guard, [&] { return ends_ || out_.size() < before || before == 0; });
    return !ends_ && before != 0;
}

void Lent::end() {
    const std::lock_guard guard(mutex_);
    ends_ = true;
    came_back_.notify_all();
}

Result<std::unique_ptr<FilmPictures>> FilmPictures::open(const std::string& name) {
    Result<film::MappedFile> file = film::MappedFile::open(name);
    if (!file.ok()) {
        return file.error();
    }
    Result<film::Film> film = film::Film::parse(file.value().bytes());
    if (!film.ok()) {
        return film.error();
    }
    const std::string codec(film.value().codec.data(), film.value().codec.size());
    if (film.value().scheme == film::Scheme::none || film.value().blob.empty()) {
        return Error{"the film is not encrypted, or has no key of ours"};
    }
    if (codec != "avc1" && codec != "avc3") {
        return Error{"codec '" + codec +
                     "': its pictures are in tiles, for which GStreamer's sink has no name"};
    }
    return std::unique_ptr<FilmPictures>(new FilmPictures(std::move(file.value()), std::move(film.value())));
}

FilmPictures::FilmPictures(film::MappedFile file, film::Film film)
    : file_(std::move(file)),
      film_(std::move(film)),
      writer_(film_),
      decoder_(memory(), *this, &writer_),
      player_(film_, file_.bytes(), decoder_) {
    writer_.follow(player_);
}

std::unique_ptr<FilmPicture> FilmPictures::next() {
    bool ended = false;
    while (waiting_.empty()) {
        const bool going = !ended && player_.step();
        const std::string& why = player_.problem().empty() ? decoder_.failure() : player_.problem();
        problem_ = problem_.empty() ? why : problem_;
        if (!problem_.empty() || ended) {
            return nullptr;
        }
        if (!going) {
            ended = true;
            player_.finish();
        }
    }
    auto result = std::make_unique<FilmPicture>(waiting_.front());
    waiting_.pop_front();
    lent_->lend(*result);
    return result;
}

bool FilmPictures::seek(double seconds) {
    const bool good = player_.seek(static_cast<std::int64_t>(std::max(0.0, seconds) * film_.timescale));
    waiting_.clear();
    return good;
}

double FilmPictures::seconds() const {
    std::int64_t end = 0;
    for (const film::Sample& sample : film_.samples) {
        end = std::max(end, sample.time + sample.duration);
    }
    return film_.seconds(end);
}

bool FilmPictures::begin(const play::Format&, const play::Buffers& buffers) {
    lent_->begin_round();
    waiting_.clear();
    picture_bytes_ = buffers.picture_bytes;
    return true;
}

bool FilmPictures::picture(const play::Picture& picture) {
    const film::Sample& sample = player_.sample_of(picture.frame);
    waiting_.push_back({picture.format, picture.surface, picture.descriptor, picture_bytes_,
                        film_.seconds(sample.time), film_.seconds(sample.duration), picture.buffer,
                        lent_->round()});
    return true;
}

bool FilmPictures::keeps(unsigned buffer) const {
    return lent_->is_out(buffer) ||
           std::any_of(waiting_.begin(), waiting_.end(),
                       [buffer](const FilmPicture& each) { return each.number == buffer; });
}

bool FilmPictures::let_go() {
    return lent_->wait();
}

}  // namespace svp::gst
