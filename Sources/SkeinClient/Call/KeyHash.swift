// SPDX-License-Identifier: Apache-2.0

/// The number that a call's hash key stands for: FNV-1a, 64 bits.
enum KeyHash {
    static func hash(_ key: String) -> UInt64 {
        key.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
