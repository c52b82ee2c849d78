// SPDX-License-Identifier: GPL-2.0-or-later
/** Derivation of motion vectors and reference indices (clause 8.4.1). */
#pragma once

#include "vpu/h264/motion_store.hpp"
#include "vpu/h264/slice.hpp"

namespace svp::vpu::h264 {

class Motion {
 public:
    Motion(Picture& picture, Slice& slice, MotionStore& store)
        : picture_(picture), slice_(slice), store_(store) {}

    /** Prediction of the vector of a partition, in samples of its macroblock (clause 8.4.1.3). */
    Vector predict(unsigned list, int ref, unsigned x, unsigned y, unsigned width, unsigned height) const;

    /** P_Skip, clause 8.4.1.1. */
    void skip_p() const;

    /** Direct prediction of the parts whose bits are set in @p parts (clause 8.4.1.2). */
    void direct(unsigned parts);

    /** Fills in the vector and reference of a partition. */
    void set(unsigned list, int ref, Vector mv, unsigned x, unsigned y, unsigned width,
             unsigned height) const;

    /** What references of the current macroblock count by. */
    Structure parity() const { return Slice::parity(slice_.neighbours.current(), slice_.neighbours.y()); }

 private:
    struct Neighbour {
        bool available = false;
        int ref = -1;
        Vector mv;
    };
    /** Where a block of the current macroblock lies in the co-located picture. */
    struct ColocatedPlace {
        unsigned slot;
        unsigned index;
        unsigned block;
        enum class Scale : std::uint8_t { same, frame_to_field, field_to_frame } scale;
    };

    Neighbour neighbour(unsigned list, const Neighbours::Place& place) const;
    void neighbours(unsigned list, unsigned x, unsigned y, unsigned width, Neighbour (&found)[3]) const;
    static Vector median(const Neighbour (&found)[3], int ref);
    ColocatedPlace colocated(unsigned block);
    void spatial(unsigned parts);
    void temporal(unsigned parts);
    Vector temporal_vector(const Colocated& found, const ColocatedPlace& place, Reference& reference,
                           int& ref) const;
    int order_count(const Reference& reference) const;
    int current_order_count() const;

    Picture& picture_;
    Slice& slice_;
    MotionStore& store_;
};

/** PicOrderCnt of a frame or field in a slot. */
int order_count(const Tables& tables, const Reference& reference);

/** PicOrderCnt of the current picture, or of the field of @p parity of an MBAFF frame. */
int current_order_count(const Picture& picture, Structure parity);

}  // namespace svp::vpu::h264
