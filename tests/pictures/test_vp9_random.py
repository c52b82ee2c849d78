# SPDX-License-Identifier: GPL-2.0-or-later
"""Random VP9 streams, with what encoders do not make, against checksums of libvpx: of all pictures, and of all that it counts.

Segments with temporal prediction, tiles in columns and rows, 10 bits, lossless frames, references of other sizes, two references on any side, frames
that are intra only, hidden or shown again, any size of frames. The checksums are libvpx's (1.15.0 of Debian's source, plain C, with high bit depth);
libvpx_counts.patch has it print its counts:

    patch -p1 < libvpx_counts.patch
    ./configure --target=generic-gnu --disable-vp8 --disable-vp9-encoder --disable-unit-tests --disable-docs --disable-multithread --enable-vp9-highbitdepth
    make && ./vpxdec --rawvideo -o pictures.yuv stream.ivf > counts.txt

A random stream is not always legal: left out are those that libvpx refuses, and those with coefficients larger than transforms have to bear, about which
libvpx and libavcodec differ as well. A change of the generator changes the streams: then they have to be held against libvpx again.
"""

import hashlib
import subprocess

import clips
import picture_case
from svplib.build import native

#: Number of the stream -> MD5 of all its pictures, and of the counts of all its frames by which probabilities adapt, if it has such frames
STREAMS = {
    1: ("bf59b3560d1089d05b0ab5d23fb03136", "9a40661098a89663938e4e83f3741dcc"), 2: ("0a8c69953a4086ff16f8a9f63c437ae7", "f83926b31ab9abcbe6de462ccdf3edab"),
    3: ("449913cf1f5d34e263b50ceaaea94cf2", None), 4: ("24d4aa482ef77d3ff45ac84a1b0903d5", "cd0fe2d60d054dab8e791d2ea2ad02a6"),
    5: ("5fd72efb3b2887d95f39f5cd5131b982", "4d98269102b8add53726e6d4ddf6be8d"), 6: ("49b20c354f5560f6eba716e7c913f964", "b72ed160715742ab06dbe1de55994d98"),
    7: ("81e00c7ce47889791c0fa68587f4282d", None), 8: ("9d2eed25ebac0e38a3b31b82a84644cb", None),
    9: ("3903c1e6b7b40de7048aedd5a1412d38", "98b1450c3148398c035a4ad2b8516950"), 10: ("2d8bc28f22f7344723a30d291271ff88", "3f37a7d1de5431501b04a89498deeafa"),
    11: ("6f49120e7f373f88ea854b6901598331", None), 12: ("d62f0fafb28d0191046be296370707be", None),
    14: ("15a6723feb87e09cd6955488c46ce8dd", "1c9bc94c567c0d171a1c3d74e03b36f7"), 15: ("aa6df57a603783ebf12bdbad7fe195db", "e43b8064e8bf0032d8d3c527594fb060"),
    16: ("4fdbb273cb1dd164162fe43f2cc5a239", "96b511e73f7f99dca174127337f90a91"), 17: ("9d16acfe2e15e043e03d0b1f6ee2c9dc", None),
    18: ("1dfac13145afdd8d1d616753b874fb3e", "53a5aaef589fbbde3e41d68ffc8ff4a3"), 19: ("7f17ee1c12e0708723a8cd5fc8f3b2ff", None),
    20: ("c3c55e6bfaaf5106b43d8af722dc24a0", None), 21: ("8632018e2364f03544dd521568fdd6e2", "fa4e0188b75b8f310a10361427e2669d"),
    22: ("6c89c3e25c0be5ec0ed78e1d0b382ba7", "09ebf2b958d99e6dba2cc7587ec0537d"), 24: ("d1016087cf680aac3bce20bade050d95", "286ef78c714f512d86bb17f142a981d8"),
    25: ("a7361ad4d544a2e9711d54ff71c64a39", "6a135d0355004b258594e810a6e684a0"), 26: ("c2d959a734fc3e51a2f78b94e1859264", "ba94ed016740df750fb7bc5099109b2f"),
    27: ("9567812a16d47ac182272fc8e4bee683", "464fa8136684b23bc80e3bc40408553c"), 28: ("c1ce7536746adaa39a22c19a40d6ed69", "73cba42f0bbec1a3dec3046a3d45aa34"),
    29: ("f56a7dcb20b61fea86b00a6d80466bb2", None), 30: ("23ba9b17760701c65d6910413a425b23", "c43dea57bb9e953fb945fda7cb2dfbc4"),
    31: ("743de880ac181232f878063e41b20042", "1a07b9997bb9173ea63c290d251aaaa5"), 32: ("eac51b758de48be30641d009944a29b5", "24b5418789b0348d84d8a7c525e5966f"),
    33: ("2d99ee831f870f26a3151f5912869fea", None), 34: ("ea1aced491dba841e9d26b8f2aac1c11", None),
    35: ("ffe6e5fab04bec847dd93ad6e4d621b6", "07fcf92576bbc3442cda15d79dff6d78"), 37: ("7b3d539c3a639e4bb0015ac8d43e01da", "46b73ee5897cddf5366385792cc25545"),
    38: ("0add422252da473d51813fc2d9373ae9", None), 39: ("ddb2377019012eb37e0443db1054926c", "26bbebb01623c1b6f3fa5bd1667b1880"),
    40: ("0b940312986d5f755780167bbcc1aff8", "4d260ba8d7054c3e56156ba4d73a975e"), 41: ("f91de9e523443f51b1bc9fb2dd69e33a", "bd539b09b4246b83f36957275b19538a"),
    42: ("56f4ecca1d8511d1a178a9ecf0fbf498", "1f2b33e23e10a1a9dc8cf8b345c7769a"), 43: ("aadb08317ed6f9c1f611fdd1d20258b4", "448bc038be4be88bcf472fac4d04536f"),
    44: ("7c5e57d32fca7503dba95d06134f1e23", None), 45: ("45ea425c2deea3820a89bbad430250db", None),
    46: ("e03a59b5d004e9288c09d80c968ca2a4", None), 47: ("6b7de334cbbcbe2abaa0e8a22aacec97", None),
    48: ("ac3da51f84b678eb29dccf10077c0c74", None), 49: ("0212ecee5f38efab050ac4056202dd01", "acaa4c02594e267612908790f1e39587"),
    51: ("5be0ebdf1bda6f7d310c9173deacb05c", "fc7444c32fbb1c72f190b6ce4cb0b8f5"), 52: ("c60ff3dbaf8f32ffb0690f5f6cfefadd", None),
    53: ("16bf7c3e2b667e33a4d0d7a4d522f043", "54aa4ab7130e1106e23309e372c21e9a"), 54: ("25e145f2480103cb3c46aba0d9640fcc", None),
    55: ("b1651a53876d8d5726afbe0c649e1ffc", "2a5ff4777ed568e153b89979d0d01200"), 56: ("1f1d43d3958813edca849663cff14646", "fbf6b33f99ee974d2ebf13af5e8ad1ad"),
    57: ("559ac6392752c2a0c981c5a672ba1926", "1e77eda9fffae3d938c4f48d28e7dea9"), 58: ("0044c7564bb3bbf595724f9eb97ae33a", None),
    59: ("78c42ffe8100f899c87fa6fb4890eb2f", "107ccf0c7163479924c1f9139b27488a"), 60: ("2516d44b34439ec1942c1f79daef109e", "b400efd731dbce476ffe755f3210d6e8"),
    61: ("aeff5e7c8f6ab7431d8c28aec56c31eb", None), 62: ("849c10c624aefed2b362e458e99f5aae", None),
    63: ("de43a3c2a86a98fee00864d5c8b0fa98", "90db9d6ba12de9e2f9c2a81f23d9977e"), 64: ("e3d43bdb6b8b7e2bd22d697fa373fa9d", "c05daa8b727a90ad2924d16374757356"),
    65: ("4a539d7854945570e5b3a5ed321a38e8", "444a876d7ddfd434490cbbbc56e01858"), 66: ("3270cbbb91b266015c8b2d87890c35e0", "2e2ffec05b53f352db9ab65b8137fe31"),
    67: ("38368fdd9fb90b47e52edb997e96f7be", "54bab8af46da005b21b38821c55dd136"), 68: ("436fcc30b6e71e59791a1de0c6a6db30", "88d60d010307db2d1e07e59d06c730f3"),
    69: ("616b32ecf7bd37c03b6316f82ea772e7", "7bd8c8277f09dc9a160cca4df93ac53c"), 70: ("1a459a58b06c132be54640ef9da49c5a", None),
    71: ("1c30298db07d2d94401b459bb27a1249", "eb22052709bdde9cbb551bd617ce9c0c"), 72: ("7e90ce1165ef8f43795123be32ddf5e4", "97e60217d53009bc4b284056ef5b4105"),
    73: ("8884fd8d5b7b398f161a5dcaf53535fd", None), 74: ("3a150f50e20635758fcea24d6a837a8f", None),
    76: ("8c39492feab2acc141c7160d698767c6", "0886c1e1917850cccc5172445dacbb87"), 77: ("5eb155d284663e06222c6b6bb0e82009", "9c258fbc2d176446136abb1295089c3c"),
    78: ("ad9a34723e6d5a49582fa42d4dc91202", None), 79: ("ff9854259b814c42ffa98553da50c7f6", "27325908df16c23a075ba9c741ce6a45"),
    80: ("23524e2145f80c873a0c9e61963558b0", "4dc82f51e596a5fe9928598d1c019329"), 81: ("926700c42ac009781e8ea599e152203a", "fb86e4f6c28ab50c70f9393ad7d0a390"),
    82: ("d84d3887350b4b137952d0214e00d2e7", "61d9d418308bca97edd5a608ac37a682"), 83: ("4fffd8242e374dae94c15c0b66acf418", "c3971445e1178a61aa4c15d461326ffb"),
    84: ("a47b1561cab9f43f0d888dc634cc8ad9", None), 85: ("a9f74eed162634573812de8718908fb8", "e7ad8e66890e54fb0f38cfe9d771ba39"),
    86: ("8c079994d4d666d93b6566352c0ff04f", "1ec8ee0a0943f9dd4af2009096ce45ab"), 87: ("7aa8b691bae80cae9c204e36c29338c4", None),
    88: ("2cdf08aedd7695ec8e6451de2adaf9db", "386fd8216bd06023c5b672c7c879702a"), 89: ("d6f888830361fff1a00d624fc2a2ab56", None),
    90: ("80f6d8c9d9d27a65285b9990e94f0b2e", "b8c58ffdec3bc85ea09880bcdeebb429"), 91: ("2024e18f8c1c63ea51c804c8cf3718c9", "a245146753a6aa9ec836b721adac2c8f"),
    92: ("58bd4df96f5d92afba0320c45ecebbf1", "6c8b9e732d2e874a94a01293c3b1380d"), 93: ("f015a8978b6555be74309c72c79fddee", "c4d65da4e45e356575fe6356f6721f2b"),
    94: ("7df3f596a2448f2affefc240bd2576b2", "0403c8b85b0d9050c9423d71f792adf8"), 95: ("204e3e135c006f30841f7ff3c4767339", "e5870430cf74be3f858c9f68c9b06506"),
    96: ("1dff26ac8bf8ab1d1cf6fb779dc4f53a", "671e00f1fb954347e31cf95f5c20dae0"), 97: ("fc071cb1c2b33fa1029f41fc13ca2728", "3409a12b3cf7f68f0e948dc5342d10b2"),
    98: ("b44d6fb0875a7c462b96633d75745289", "bdd2d8d6ecaee03ef5a9de74476a921f"), 99: ("21aa41eb737ec424c409058bf6b6019d", "66f509ae74d55eecbf58cdbe88eb4876"),
    100: ("be80e78c42ac2a19c97c0c38428f5472", "4a1eb1df50011f8e90876be85223b5d4"), 101: ("c424656ef3579772a4a11c974a7af0cc", "d426985fc946fe1ce44d1e012d0cf17c"),
    102: ("3149bd1c25e5b6898df4ef28fcaf1a81", "c2e0b860a6541c2dc2c61ca50869e8fa"), 103: ("d0c917c24f3e78de97b10442cec797ad", "b263310b56b0f1c5226b27c580ad8718"),
    104: ("854081be8c09aad7e0aebef753a579d9", "7fa6729af0d58ae69cfca3f4a2f13ed4"), 105: ("c165293c2ba5256a6e5ccba901344394", "1b17a2939bd8279646e1484edc0152c2"),
    106: ("d2db49f8f3488f273bffab2b55a62ab4", "d26a359be615bdc31f5c4ef37aec9833"), 107: ("f26750b50b63f9beff32df559bc811d9", None),
    108: ("0213027f9ad3b09fe98a83757c9f2ebb", "88312ba97ad4b3eca8038ce7fd6737d3"), 109: ("1043618903cee9294176b499c7d3e396", "a39a901238c9e7caa931b8c03fc2fc92"),
    110: ("f531360097fdbc3687e92b64cc46187a", None),
}


class Vp9Random(picture_case.PictureCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.generator, cls.counter = native.build("tests/pictures/vp9_random"), native.build("tools/vp9_counts")

    def stream(self, number):
        path = self.folder / f"vp9_random-{number}.ivf"
        path.write_bytes(clips.run((self.generator, number)))
        return path

    def test_pictures(self):
        for number, (checksum, _) in STREAMS.items():
            with self.subTest(number):
                self.check_whole(self.stream(number), checksum)

    def test_counts(self):
        for number, (_, checksum) in STREAMS.items():
            if checksum:
                with self.subTest(number):
                    printed = subprocess.run([self.counter, self.stream(number)], capture_output=True, check=True).stdout
                    self.assertEqual(hashlib.md5(printed).hexdigest(), checksum, printed[:200])
