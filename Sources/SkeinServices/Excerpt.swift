// SPDX-License-Identifier: Apache-2.0

extension String {
    /// Its beginning, for an error about it: what a client sends may be long.
    var excerpt: String {
        let limit = 128
        return utf8.count <= limit ? self : String(decoding: utf8.prefix(limit), as: UTF8.self) + "…"
    }
}
