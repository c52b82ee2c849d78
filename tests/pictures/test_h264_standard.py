# SPDX-License-Identifier: GPL-2.0-or-later
"""Random legal H.264 streams of the whole standard, libavcodec's departures from it or not, against checksums.

Beside what `test_random` has: order counts of all three types, gaps in frame_num, all references dropped by marking, single fields that are
references no longer, long-term references under temporal direct prediction, slices of a picture with different lists and types, picture
parameter sets that change between pictures, any weight, quantisers from 0 to 44. These are streams of which JM 19.0, the reference decoder
of ITU-T H.264.2, makes the same pictures. A change of the generator changes the streams: then they have to be held against it again.
"""

import clips
import picture_case
from svplib.build import native

#: Number of the stream -> MD5 of all its pictures
STREAMS = {
    1: "1cb9d9dd4fa9f3d60952944700c413c8", 2: "99578d7f58f357519690336edd77f04a", 3: "2e5d0ac037eb2a10fc65aeb5d65aa201",
    4: "f5b03f90b070381f3e95c418e2966481", 5: "a9fc1237fcfa7c7fd5de9aab5f5ec6ca", 6: "4aa72d4c6c69fc091ef528ff18dc98fb",
    7: "45cb91474f8456b30b0f2b8865a681ce", 8: "7fd141ecd6bee45e1c8b5d3a38649f23", 9: "28d92430d1abce3c34e1ef85d6cf55e0",
    10: "176a810afbf99cabafa1bbc01d0a6021", 11: "25bcbd8fd7664f50ad66017825f57125", 12: "ce2049dba054982207aeb7fe764e1a0f",
    13: "1da72937d4ea61a5a8ed88414907019b", 14: "3ddb0f3ee96852dc7121adcada764c83", 16: "0c71090a565e4de790a85165ec0f0da4",
    17: "2a700b6545a07b8a40847be8d7d81e8f", 18: "8d5e28aa66886b57a96b9c6ff6e5416d", 19: "3972359d70ffb488d8c9c7430a2a51df",
    21: "18bd325df0698373c5e97c4e39ee5600", 22: "c64c1c0c9c9f49f3f07da60fccb85b94", 23: "72bc71bdadece96f24348f272eb21db0",
    24: "ee39662ac17a9c50708122a30a675e2a", 25: "8a80f2e1576e4380b84ad391344a6eb1", 26: "556013927e9ed553fa12ed970d9306ce",
    27: "e73019fab71ed06afbd62c907522a8b0", 28: "cebb78b8bb47f7ee050c5a56b5443a6f", 29: "39677341c5afcfeae07d4c98efc87093",
    30: "8decfa3f33d7ef6a0bc684021445cc0f", 31: "8932d27646c5953f45d79b6668903a05", 32: "ebd8052acccfe16fd015335e4287556e",
    33: "a62433234ee4b81f4958f1d85c1f3d16", 34: "ade136da9d7fcc40d12fb172ba0a1b11", 35: "b79855f6b1f19c182922e11e6e86da53",
    36: "f0f716e045001ca7af052d31112b8e79", 37: "4a438bdd78e52df546b1cb8735c21186", 38: "c63ec00fc1522b9f932ccb2686c91451",
    39: "83024917d78706d7e31fa0da6e80fa0a", 40: "8d246d8c3bf2b9496c1e87ca3f80fbc2", 41: "d5b049badc551c299fbe6369eac20eb6",
    42: "2ed3edd2c1e61838dd8349b17654ccdc", 43: "7e4f77e37d5bd77d335f833d8d6f8d91", 44: "48804e95c3324d8f8fe018fd2c339aec",
    45: "187bbed0dbd2549cd8354cfb6069df2a", 46: "491c02ef58b9406cf1fbede3cc14104f", 47: "b9afafba87d911ea3fc7329b555b9fe1",
    48: "a902d1e26a17013a8b94a657d1967a3f", 49: "b592f18797b6a3ab57c5646f173161d7", 50: "12d48e04f83b1c4db5660e656822db40",
    51: "d0cc9ecd780b027126e1c5ff16fa12fd", 52: "956f3f7f239cd12892f5725eff6c7c9a", 53: "362e3475ccff5057568ff3d1fa439b01",
    54: "62705272cca50ace97c1e1a814639e86", 55: "e3eb748d047f2187de0172c426b9f16f", 56: "74f2bf83f1bcd9504d95cc44bc5a9c0a",
    57: "7bf36095e1f0ed8d1d5f1b3f72ea0569", 58: "4a7dd439557293c0b2b76707b07b1ff9", 59: "905badff22cb62da255a865ee7ce7af6",
    60: "3b6332bd0471a136334ed1df6d560e84", 61: "3e81f6ea1f2ca2ca3184a7ddb3ec6b07", 62: "9c06213bf784987700dc494bab3a0165",
    63: "0075ee2f5b78b1b247a9bde40870e204", 64: "28c5de14942f9fd472827791c80a3240", 65: "54473856e0bde07edb3db427cf415906",
    66: "0701194926dc2b7f49138ff9319e08b6",
}


class H264Standard(picture_case.PictureCase):
    def test_streams(self):
        generator = native.build("tests/pictures/h264_random")
        for number, checksum in STREAMS.items():
            with self.subTest(number):
                path = self.folder / f"h264_random-{number}.264"
                path.write_bytes(clips.run((generator, number, "standard")))
                self.check_whole(path, checksum)
