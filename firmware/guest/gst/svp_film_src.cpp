// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * GStreamer's way to protected films: `svpfilmsrc location=FILM.mp4 ! kmssink`.
 *
 * A source, not a decryptor between a demuxer and a decoder: GStreamer's stateless decoders (v4l2codecs) copy
 * every bitstream by the CPU into buffers of the driver's, so that nothing that the CPU cannot write gets
 * through them. Demuxing, OP-TEE, CAAM and the decoder's driver are those of svp-play; what comes out are
 * NV12 pictures as dma-bufs of the heap `video`, which an element may hand to the display, and nobody can
 * map.
 */
#include <gst/allocators/gstdmabuf.h>
#include <gst/base/gstpushsrc.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <unistd.h>

#include "film_pictures.hpp"

namespace {

using svp::gst::FilmPicture;
using svp::gst::FilmPictures;
using svp::gst::Lent;

struct FilmSrc {
    GstPushSrc parent;
    gchar* location;
    FilmPictures* pictures;
    GstAllocator* allocator;
    unsigned round;  ///< of the caps that were set last
};

struct FilmSrcClass {
    GstPushSrcClass parent;
};

/** What a buffer that is out has to be given back with. */
struct Token {
    std::shared_ptr<Lent> lent;
    unsigned round, number;
};

enum { property_location = 1 };

GstStaticPadTemplate source_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE("NV12")));

G_DEFINE_TYPE(FilmSrc, svp_film_src, GST_TYPE_PUSH_SRC)

FilmSrc* self_of(gpointer object) {
    return reinterpret_cast<FilmSrc*>(object);
}

GstClockTime clock_time(double seconds) {
    return static_cast<GstClockTime>(seconds * GST_SECOND + 0.5);
}

void set_property(GObject* object, guint, const GValue* value, GParamSpec*) {
    g_free(self_of(object)->location);
    self_of(object)->location = g_value_dup_string(value);
}

void get_property(GObject* object, guint, GValue* value, GParamSpec*) {
    g_value_set_string(value, self_of(object)->location);
}

gboolean start(GstBaseSrc* source) {
    FilmSrc* const self = self_of(source);
    auto opened = FilmPictures::open(self->location != nullptr ? self->location : "");
    if (!opened.ok()) {
        GST_ELEMENT_ERROR(source, RESOURCE, OPEN_READ,
                          ("%s: %s", self->location, opened.error().text.c_str()), (nullptr));
        return FALSE;
    }
    self->pictures = opened.value().release();
    self->round = 0;
    return TRUE;
}

gboolean stop(GstBaseSrc* source) {
    delete self_of(source)->pictures;
    self_of(source)->pictures = nullptr;
    return TRUE;
}

gboolean unlock(GstBaseSrc* source) {
    FilmSrc* const self = self_of(source);
    if (self->pictures != nullptr && GST_STATE_TARGET(source) < GST_STATE_PAUSED) {
        self->pictures->lent()->end();
    }
    return TRUE;
}

/** Caps come with the first picture. */
gboolean negotiate(GstBaseSrc*) {
    return TRUE;
}

void give_back(gpointer data, GstMiniObject*) {
    const std::unique_ptr<Token> token(static_cast<Token*>(data));
    token->lent->take_back(token->round, token->number);
}

/** The picture's dma-buf as a buffer, without a copy. */
GstBuffer* wrap(FilmSrc* self, const FilmPicture& picture) {
    const svp::play::Surface& surface = picture.surface;
    gsize offsets[GST_VIDEO_MAX_PLANES] = {0, gsize{surface.stride} * surface.lines};
    gint strides[GST_VIDEO_MAX_PLANES] = {static_cast<gint>(surface.stride),
                                          static_cast<gint>(surface.stride)};
    GstBuffer* const buffer = gst_buffer_new();
    gst_buffer_append_memory(
        buffer, gst_dmabuf_allocator_alloc(self->allocator, dup(picture.descriptor), picture.bytes));
    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_NV12,
                                   picture.format.visible_width, picture.format.visible_height, 2, offsets,
                                   strides);
    GST_BUFFER_PTS(buffer) = clock_time(picture.seconds);
    GST_BUFFER_DURATION(buffer) = clock_time(picture.duration);
    auto* const token = new Token{self->pictures->lent(), picture.round, picture.number};
    gst_mini_object_weak_ref(GST_MINI_OBJECT_CAST(buffer), give_back, token);
    return buffer;
}

GstFlowReturn create(GstPushSrc* source, GstBuffer** buffer) {
    FilmSrc* const self = self_of(source);
    const auto picture = self->pictures->next();
    if (picture == nullptr) {
        if (self->pictures->problem().empty()) {
            return GST_FLOW_EOS;
        }
        GST_ELEMENT_ERROR(source, STREAM, DECODE, ("%s", self->pictures->problem().c_str()), (nullptr));
        return GST_FLOW_ERROR;
    }
    if (picture->round != self->round) {
        GstCaps* const caps = gst_caps_new_simple(
            "video/x-raw", "format", G_TYPE_STRING, "NV12", "width", G_TYPE_INT,
            static_cast<gint>(picture->format.visible_width), "height", G_TYPE_INT,
            static_cast<gint>(picture->format.visible_height), "framerate", GST_TYPE_FRACTION, 0, 1, nullptr);
        const gboolean taken = gst_base_src_set_caps(GST_BASE_SRC(source), caps);
        gst_caps_unref(caps);
        if (taken == FALSE) {
            self->pictures->lent()->take_back(picture->round, picture->number);
            return GST_FLOW_NOT_NEGOTIATED;
        }
        self->round = picture->round;
    }
    *buffer = wrap(self, *picture);
    return GST_FLOW_OK;
}

gboolean is_seekable(GstBaseSrc*) {
    return TRUE;
}

gboolean do_seek(GstBaseSrc* source, GstSegment* segment) {
    return self_of(source)->pictures->seek(static_cast<double>(segment->position) / GST_SECOND) ? TRUE
                                                                                                : FALSE;
}

gboolean query(GstBaseSrc* source, GstQuery* query) {
    FilmSrc* const self = self_of(source);
    GstFormat format = GST_FORMAT_UNDEFINED;
    if (GST_QUERY_TYPE(query) == GST_QUERY_DURATION && self->pictures != nullptr) {
        gst_query_parse_duration(query, &format, nullptr);
        if (format == GST_FORMAT_TIME) {
            gst_query_set_duration(query, format, static_cast<gint64>(clock_time(self->pictures->seconds())));
            return TRUE;
        }
    }
    return GST_BASE_SRC_CLASS(svp_film_src_parent_class)->query(source, query);
}

void finalize(GObject* object) {
    g_free(self_of(object)->location);
    gst_object_unref(self_of(object)->allocator);
    G_OBJECT_CLASS(svp_film_src_parent_class)->finalize(object);
}

void svp_film_src_init(FilmSrc* self) {
    self->allocator = gst_dmabuf_allocator_new();
    gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_TIME);
}

void svp_film_src_class_init(FilmSrcClass* type) {
    auto* const object = G_OBJECT_CLASS(type);
    auto* const element = GST_ELEMENT_CLASS(type);
    auto* const source = GST_BASE_SRC_CLASS(type);
    object->set_property = set_property;
    object->get_property = get_property;
    object->finalize = finalize;
    source->start = start;
    source->stop = stop;
    source->unlock = unlock;
    source->negotiate = negotiate;
    source->is_seekable = is_seekable;
    source->do_seek = do_seek;
    source->query = query;
    GST_PUSH_SRC_CLASS(type)->create = create;
    g_object_class_install_property(
        object, property_location,
        g_param_spec_string("location", "Location", "The protected film (MP4)", nullptr,
                            static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)));
    gst_element_class_add_static_pad_template(element, &source_template);
    gst_element_class_set_static_metadata(
        element, "Protected film", "Source/Demuxer/Decryptor/Decoder/Video/Hardware",
        "Decrypts a film by OP-TEE into a protected heap, and decodes it there", "the svp project");
}

gboolean plugin_init(GstPlugin* plugin) {
    return gst_element_register(plugin, "svpfilmsrc", GST_RANK_NONE, svp_film_src_get_type());
}

}  // namespace

#define PACKAGE "svp"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, svp, "Protected films", plugin_init, "1", "GPL",
                  "svp", "https://gstreamer.freedesktop.org")
