// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Keys and results for public key tests, made with Python's cryptography module (OpenSSL) and Python's own
 * big numbers.
 *
 * RSA: 1024 bits, e = 65537; the clear text of rsa_cipher is 00 followed by (7i + 1) mod 256, that of
 * rsa_padded_cipher is "hello caam!" in PKCS #1 v1.5 padding of 1, 2, 3, ... DSA: 1024 bits; message: bytes 0
 * to 99, with SHA-1 and (256) SHA-256. Curves: private key da, public keys A and B, ECDH secret z, ECDSA
 * signature (r, s) with SHA-256 of the same message.
 */
#pragma once

#include "program.hpp"

namespace svp::test::pk {

inline const Bytes rsa_n =
    hex("a7afdb715ea3f3a3e3f335cc08acedf0bac2796984a8c222b9e28c3d0220171405fe7e3e2e3d44d14754ff054503bb9f"
        "4d82d42ede30234ea79a7ffe918161cbae1835af98798f029276820b134b7690fcb9aaa897a2f544f141122856bca3fd"
        "8cce4534f6347b20105148fad098d98403de6f5bcae6bdcc59d1c7548ac084b1");
inline const Bytes rsa_d =
    hex("1dc2811092ba48302af16bf7c50663c8186d113d1fd50f773844339d54363bc24afa0a8fa08731226f256f8910e183b7"
        "d6fac40b795553beced205ab39499c004f5f9c201fe64a4eeb39cfd84998de2867d3964135901a0a9396e7eefd60276c"
        "12ebaa87d912e69c7d44e3c32484746ed653ccdd7e284045fbcea2c6e9017391");
inline const Bytes rsa_p =
    hex("cf71b66ed7904345281ed9237572998eaacbe2870bf03e770355ca82ea94616ca8769b2b0c071686a18ae2a846766018"
        "c62669a9f835a94def1273d806b5a955");
inline const Bytes rsa_q =
    hex("ceefd88dcf7eb236ebf1af6ae5ba952f16c9a94c9fa1e833c747d7d09f212d5d7da076be681a56cff9fb175f0ea5047e"
        "9d83d4facee3bce90848484b1053bded");
inline const Bytes rsa_dp =
    hex("a1653a6800a508018d567ae040a779db6afd17f0b41425b558cdedb26faa242672e75c90605a3f675dd5fdc4a895beec"
        "6776496d6964eea568e4f56654ca0fc5");
inline const Bytes rsa_dq =
    hex("881db3aff3e03e9169b95bcd50b6de124f46ee997c171f898f776e39c7b22708ebed74ade204113e540c195f695e9a0a"
        "3ec9cc79fd4447aa70cc3ae145281031");
inline const Bytes rsa_qinv =
    hex("4dc3bf8de22df4048620e04ff45272b0bdf6e7f2d1142ad342d8f21d791cc09115729a2fe1994834bf566bad235be8fe"
        "5a5e9636afa344b0adaf89ba66ebbb33");
inline const Bytes rsa_cipher =
    hex("98c79f532718fef8654e1aaca58e9ff35c9d4eee1421ed4fde6ac4973046924f75b921fa83424b2f6b4ff3d2493b9680"
        "572853d5fcd67cc8c2a1bc5a564c6687f9ea05f3929dd858b139534dec6bdf6da319a68f636728c1c6932925edc4da81"
        "442439ddf2902a0edfa00a36a28248946b243e61e746e238b49f5896d4591e9b");
inline const Bytes rsa_d_lcm =
    hex("1dc2811092ba48302af16bf7c50663c8186d113d1fd50f773844339d54363bc24afa0a8fa08731226f256f8910e183b7"
        "d6fac40b795553beced205ab39499c004f5f9c201fe64a4eeb39cfd84998de2867d3964135901a0a9396e7eefd60276c"
        "12ebaa87d912e69c7d44e3c32484746ed653ccdd7e284045fbcea2c6e9017391");
inline const Bytes rsa_padded_cipher =
    hex("4cadcdb4711cf9c26944b17a72880b15d9a848a1d389109f657661a7bd4e18fc4d090ee8d4768038b87c75da39dddae1"
        "a6cc129c48f5adb7d2dad9970f3ac9cc9f206f0d7ec6c5f9579a7bc3a942851cf1db8944841fe2d5eef411c1f28c90fb"
        "d42ff2cbc5b0db90ad496da46f79024898650305858a9dc21461ae397f9fb73b");
inline const Bytes dsa_p =
    hex("91dd15a0bc534521591a470b7d797f99dd08eb4850c3fec0a3f64aee5bfea266dab8831b7ba8601d70299bb46a200b5d"
        "27f94148cd95d59f83de37b0b7cfec8a30e59083bea5a792bf67c2822f1f604f818b5baf9e72607d92fa006ed7be6d59"
        "0e5dd7576e0cd61634fdc2269b04af74f3f10bba40543fb62bddade0a6bae6ad");
inline const Bytes dsa_q = hex("dbec4891dbcadf3c9bed377dc8ecc8fb0f835d09");
inline const Bytes dsa_g =
    hex("57624f715ce77e1ff60bd6a2dfaaf4ded2b651b055a30effc6c09748d4207002522631f0ed7713017a7c82fb529c0074"
        "6f41a485e6582c896d8627db76d429e4d454e532636143d5378e53affae2967379db1c2f0c1f46d48eabdeac9dd74ee5"
        "1eee08cf01010ab910851b1453d3f41739138d7aef27077d467dd066145ecb13");
inline const Bytes dsa_x = hex("a74ec8abdd374ac32e7c99eacb9cbadc25b1186e");
inline const Bytes dsa_y =
    hex("7ff4c1c5f28acf0ca2ce520eca03e98edea5a0fcb815b8d346438608eae02cca80f62b4684073fa88820963faa33fcae"
        "09be442a6105d44d8c63d674c2bbaaf0c30e1745b090b70560b1ee6fadc2d8fa14b2866ce64dc1f7ad175b05665fe90d"
        "54ce6825e211dfbc456840c8f79f775d963427bacfb580be541b63715bd7ee6e");
inline const Bytes dsa_r = hex("d94f3c37b78b1d4b5c5894da16add975a2f9ba7b");
inline const Bytes dsa_s = hex("68f874bca8700b47888757fa828efe500a584ed7");
inline const Bytes message_sha1 = hex("1e6634bfaebc0348298105923d0f26e47aa33ff5");
inline const Bytes message_sha256 = hex("bce0aff19cf5aa6a7469a30d61d04e4376e4bbf6381052ee9e7f33925c954d52");
inline const Bytes dsa_r256 = hex("69a3de648b8b73ed64498c3d42d69a6056ba0c02");
inline const Bytes dsa_s256 = hex("52f3a92904ff9b6f444cb7815b60f290c4555cae");
inline const Bytes dh_other_public =
    hex("6b9901e353cd29e65c5e4c45dee901f9adcc5d54f5f1d24763a3456b580a7687558994b22f8fcf8ac07498787c11742f"
        "e7a5537db5855410921b5abb187722788f8bcbcf60443e43ed1cd162dd3d4c4b0f7bfc69f19996fe20a5254ece8e57f7"
        "11d7070d8ef670ba4cae22a445ee2efa2e89591d6b675a55c264e9edcc73bfb4");
inline const Bytes dh_secret =
    hex("5847b9d977a09b3e7722ad034459cf546ae1e5cbe64e8c609e5ae2477bd03ea5f57fc02bfb70598e8c92b5d6fd370fc0"
        "5c5e7bf9138449f11ba7bf1910ded77bc5de89118377d29e144416d1bff76d81e29bcac2b2cc3f4f09046e3856888572"
        "73c5daa47fc4a849958bed18299c58dd6890b48d4c44b691a019fa519bdc4623");

struct CurveRow {
    const char* name;
    unsigned number;
    std::size_t size;
    Bytes da, A, B, z, r, s;
};

inline const CurveRow curves[] = {
    {"p192", 0, 24, hex("0000ed8bef1e32308aaad241265e64709000b80bb41abc4b"),
     hex("0e7cc7e482a2181feb7aee9f9ce3bc5ebbc76ef5cd766d9c20ccdf29d2e3648e6087931f1f802fc22522c0f117a9264f"),
     hex("010decffb3ffaf143018785e7f263f3dfbce8df81e6a7557222d9a927df2a927ffa79ce0d8add3bef4c11f2f52c35b82"),
     hex("4420f53bdd862b56acb3ca881f2ad93ee89b8f134180fd88"),
     hex("bd54b25783e8e23e23c69c94873ed2f424e3c4e265d4390b"),
     hex("f4527b242acc89ce11b54ee0b0348391121c29ca915fe91f")},
    {"p256", 2, 32, hex("00009564c2c0740d2d170b4b0fae4b2c22d4493b2c7369dc6a24cd83205f94ff"),
     hex("e716ece22124ee68ed49562e0f14c7b2d31999389cd8949b48ad34322f90b85d3a9028f4c37e9285623aeba57b9ebed9"
         "3eca9f13a55f0cbdf8cded1d1931ab48"),
     hex("868414ba833080d227d6c1b96cb2a5b74d154551f44b9ac245e00936dacf41db65b0b401defb63992baeb790f0151426"
         "0577ffab8dde4254ceac449672d05c33"),
     hex("88948c0dc63fd9b6440bc4153c7685d451478d1232704be7ef43abee4a0f4ca0"),
     hex("44c0b4a69e503065c32bed6639f3552ad9609161ffc93534a620be71e978bc47"),
     hex("8150c65c22e249d4f43621913b94eda1143706354c267f67bfaaad8bb012fb4a")},
    {"p521", 4, 66,
     hex("0000cdee435b80c7598daf6bccfb763e7b6595b64a8799ddff4bd430d31dfd32d9bc9b21cbf88ff13917eb8dbf214616"
         "2a4a575046c065daefc04294ad4edba99ce0"),
     hex("0018e57b4d2159b9f7989113ad4e37093b9a76efd99995502a07ae447d15e7b7003a9b15adcdb891a14f14695cc985df"
         "548b9445a8831c25e9adb354696e757b7fe2005da84a55172a8b0fe9eca6ee094f876eecce710b0c6b6900685aa84ee6"
         "88b55c63f7922dd67572066169054bb36a8d3176d65ffbe3c50b13aa9dc570e4663dd8c5"),
     hex("01262a52d49a47a2e5d4f3ddf06e433d8185669eb45b1ed7b0009ecc07eaf2aba43892514492c6b9d58dad96a89ae12c"
         "6e51dc0cca8d59facb6eb8830267a7be091101d4b84be5c6c3d11341c9accf2db3185e3790c3901b792617dde074721b"
         "4dbbcdf156c2f58d18ee9d195ffff9c703d38cb1db01db35e73db1f49a78d2732e6e163a"),
     hex("00cc2555c365a7e0996e45b406773c3e4c6007d81226f815debfe32f8ac9115ef81a378a759325edbefa41bfef09e7c3"
         "4dc9c061412c298879b9e8d89c999ce669fa"),
     hex("0097476ffaf2661349a001def19decaed255d7cc5a546abbd6c95343d45eba0001721507beb3871f7fefa84c2ca58f00"
         "8400587c634307968a26bfda48914c81ca92"),
     hex("0187fabaf3a52c38394cdb7ca3e8bfd321f46669511b4655d19fe923120ac83150bbbaa95682b0173204c3f6e68b46bf"
         "2514ea6995a2624adff7c1bb1a76b427e981")},
};

}  // namespace svp::test::pk
