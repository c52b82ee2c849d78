# SPDX-License-Identifier: GPL-2.0-or-later
"""HEVC from x265: clips that together have every tool of this encoder, 8 and 10 bits, and frames of many sizes."""

import clips
import picture_case

#: A clip: source, frames, options of x265, syntax elements that prove that the tool is in it
TOOLS = {
    "intra": ("zoom", 2, "keyint=1:rd=4", ()),
    "intra-ctu16": ("zoom", 2, "keyint=1:ctu=16:min-cu-size=8", ("log2_diff_max_min_luma_coding_block_size=1",)),
    "intra-ctu32": ("zoom", 2, "keyint=1:ctu=32:tu-intra-depth=3", ("log2_diff_max_min_luma_coding_block_size=2",)),
    "intra-fine": ("moving", 2, "keyint=1:qp=4", ()),
    "intra-coarse": ("moving", 3, "keyint=1:qp=48", ()),
    "strong": ("fade", 4, "strong-intra-smoothing=1:qp=36:keyint=1", ("strong_intra_smoothing_enabled_flag=1",)),
    "strong-off": ("fade", 3, "strong-intra-smoothing=0:keyint=1", ("strong_intra_smoothing_enabled_flag=0",)),
    "constrained": ("turning", 5, "constrained-intra=1:bframes=1:qp=36", ("constrained_intra_pred_flag=1",)),
    "predicted": ("moving", 6, "bframes=0:ref=4", ()),
    "bipredicted": ("turning", 8, "bframes=3:b-adapt=0", ()),
    "pyramid": ("turning", 10, "bframes=7:b-adapt=0:b-pyramid=1:ref=5", ()),
    "gops": ("moving", 9, "keyint=3:min-keyint=1:bframes=1:open-gop=0", ()),
    "open-gops": ("moving", 14, "keyint=6:min-keyint=4:bframes=3:b-adapt=0:open-gop=1", ("nal_unit_type=21",)),
    "refresh": ("turning", 8, "intra-refresh=1:keyint=6:bframes=0", ()),
    "rectangles": ("turning", 6, "rect=1:amp=0:bframes=2:rd=4", ("amp_enabled_flag=0",)),
    "asymmetric": ("turning", 6, "rect=1:amp=1:bframes=2:rd=4", ("amp_enabled_flag=1",)),
    "merges-1": ("turning", 6, "max-merge=1:bframes=2", ("five_minus_max_num_merge_cand=4",)),
    "merges-5": ("turning", 6, "max-merge=5:bframes=2", ("five_minus_max_num_merge_cand=0",)),
    "temporal-off": ("turning", 6, "temporal-mvp=0:bframes=2", ("sps_temporal_mvp_enabled_flag=0",)),
    "temporal": ("turning", 8, "temporal-mvp=1:bframes=3:b-adapt=0:max-merge=5", ("slice_temporal_mvp_enabled_flag=1",)),
    "vectors-far": ("turning", 5, "me=full:merange=64:subme=5", ()),
    "weights-p": ("fade", 8, "weightp=1:bframes=0", ("weighted_pred_flag=1", "luma_weight_l0_flag=1")),
    "weights-b": ("fade", 8, "weightp=1:weightb=1:bframes=3:b-adapt=0", ("weighted_bipred_flag=1",)),
    "weights-flash": ("flash", 8, "weightp=1:bframes=0:ref=3", ("weighted_pred_flag=1",)),
    "depth-inter": ("turning", 6, "tu-inter-depth=4:tu-intra-depth=4:rd=4:bframes=1", ("max_transform_hierarchy_depth_inter=3",)),
    "small-transforms": ("moving", 4, "max-tu-size=8:bframes=1", ()),
    "large-blocks": ("fade", 4, "min-cu-size=32:bframes=1", ("log2_min_luma_coding_block_size_minus3=2",)),
    "transform-skip": ("noise", 3, "tskip=1:rd=4:qp=28", ("transform_skip_enabled_flag=1",)),
    "lossless": ("moving", 3, "lossless=1:bframes=1", ("transquant_bypass_enabled_flag=1",)),
    "lossless-blocks": ("moving", 4, "cu-lossless=1:rd=4:qp=8:bframes=1", ("transquant_bypass_enabled_flag=1",)),
    "quantiser-changes": ("zoom", 6, "aq-mode=2:aq-strength=2.5:qg-size=16:bframes=1", ("cu_qp_delta_enabled_flag=1",)),
    "quantiser-groups-8": ("turning", 6, "aq-mode=3:aq-strength=3:qg-size=8:ctu=64", ("cu_qp_delta_enabled_flag=1",)),
    "quantiser-groups-64": ("turning", 6, "aq-mode=1:aq-strength=2:qg-size=64:ctu=64", ("cu_qp_delta_enabled_flag=1",)),
    "chroma-offsets": ("moving", 4, "cbqpoffs=6:crqpoffs=-7:qp=30", ("pps_cb_qp_offset=6", "pps_cr_qp_offset=-7")),
    "signs-told": ("moving", 4, "signhide=0:bframes=1", ("sign_data_hiding_enabled_flag=0",)),
    "signs-hidden": ("moving", 4, "signhide=1:bframes=1:qp=20", ("sign_data_hiding_enabled_flag=1",)),
    "lists-default": ("moving", 5, "scaling-list=default:bframes=1", ("scaling_list_enabled_flag=1",)),
    "sao": ("zoom", 4, "sao=1:qp=38:bframes=1", ("sample_adaptive_offset_enabled_flag=1", "slice_sao_luma_flag=1")),
    "sao-off": ("zoom", 4, "sao=0:qp=38:bframes=1", ("sample_adaptive_offset_enabled_flag=0",)),
    "sao-slices": ("zoom", 4, "sao=1:slices=2:qp=36:bframes=1", ("slice_sao_luma_flag=1",)),
    "deblock-strong": ("moving", 4, "deblock=6,6:qp=36:bframes=1", ("pps_beta_offset_div2=6",)),
    "deblock-weak": ("moving", 4, "deblock=-6,-6:qp=36:bframes=1", ()),
    "wavefronts": ("moving", 5, "wpp=1:ctu=16:bframes=1", ("entropy_coding_sync_enabled_flag=1",)),
    "no-wavefronts": ("moving", 5, "wpp=0:bframes=1", ("entropy_coding_sync_enabled_flag=0",)),
    "slices": ("turning", 6, "slices=3:ctu=16:bframes=2", ("first_slice_segment_in_pic_flag=0",)),
    "trellis": ("zoom", 4, "preset=slower:rdoq-level=2:psy-rdoq=4:bframes=2", ()),
    "noise": ("noise", 3, "qp=12:bframes=1", ()),
}
SIZES = ("16x16", "24x16", "16x40", "40x24", "64x64", "72x56", "50x34", "98x132", "130x66", "176x144", "208x120", "426x240", "640x360", "854x480",
         "1280x720")
#: Clips that are made with 10 bits as well. Not those with lossless blocks: there libavcodec departs from the pictures' hashes that x265 puts
#: into the stream, and our engine does not
DEEP = ("intra", "bipredicted", "asymmetric", "weights-p", "weights-b", "quantiser-changes", "lists-default", "sao", "slices", "deblock-strong", "noise")


class HevcClips(picture_case.PictureCase):
    def encode(self, name, size, source, frames, options, deep=False):
        path = self.folder / f"{name}{'-10' if deep else ''}.265"
        clips.ffmpeg("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", "25", "-i", clips.raw(self.folder, source, size, frames),
                     "-c:v", "libx265", "-pix_fmt", "yuv420p10le" if deep else "yuv420p", "-x265-params", f"log-level=error:pools=1:info=0:{options}",
                     "-f", "hevc", "-y", path)
        return path

    def test_tools(self):
        for name, (source, frames, options, elements) in TOOLS.items():
            with self.subTest(name):
                path = self.encode(name, "136x88", source, frames, options)
                self.assertEqual(self.check(path), frames)
                self.check_syntax(path, elements)

    def test_ten_bits(self):
        for name in DEEP:
            source, frames, options, _ = TOOLS[name]
            with self.subTest(name):
                path = self.encode(name, "136x88", source, frames, options, deep=True)
                self.assertEqual(self.check(path), frames)

    def test_sizes(self):
        for size in SIZES:
            with self.subTest(size):
                self.assertEqual(self.check(self.encode(f"size-{size}", size, "turning", 4, "bframes=1:qp=30")), 4)
