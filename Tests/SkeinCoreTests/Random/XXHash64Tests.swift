// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@Suite struct XXHash64Tests {
    @Test(
        "texts of every kind of length have the hashes of the reference implementation",
        arguments: [
            ("", 0xef46_db37_51d8_e999, 0xd5af_ba13_36a3_be4b),
            ("a", 0xd24e_c4f1_a98c_6e5b, 0xdec2_bc81_c3cd_46c6),
            ("abc", 0x44bc_2cf5_ad77_0999, 0xbea9_ca81_9932_8908),
            ("10.0.0.1:443_159", 0xdc30_1c7f_b0e1_04e9, 0x6b3c_f30b_f3be_75ec),
            ("0123456789abcdef0123456789abcdef", 0x642a_9495_8e71_e6c5, 0x048b_8b58_0878_a4a4),
            ("Nobody inspects the spammish repetition", 0xfbce_a83c_8a37_8bf1, 0x43f4_2544_8d95_4db6),
        ] as [(String, UInt64, UInt64)])
    func known(text: String, hash: UInt64, seeded: UInt64) {
        #expect(XXHash64.hash(text) == hash)
        #expect(XXHash64.hash(text, seed: 1) == seeded)
    }

    @Test("the values of metadata are hashed as one text, joined by commas")
    func metadata() {
        var metadata: Metadata = ["user": "ada", "other": "x"]
        #expect(metadata.hash(of: "user") == XXHash64.hash("ada"))
        metadata.append("user", .text("grace"))
        metadata.append("user", .text(""))
        #expect(metadata.hash(of: "user") == XXHash64.hash("ada,grace,"))
        #expect(metadata.hash(of: "none") == nil)
        metadata.append("user-bin", .binary([1]))
        #expect(metadata.hash(of: "user-bin") == nil)
    }
}
