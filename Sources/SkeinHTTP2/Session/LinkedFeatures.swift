// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2
internal import CSkein

/// Which optional functions the libnghttp2 in use has.
package enum LinkedFeatures {
    /// One line for a start-up log.
    package static var describe: String {
        let version = nghttp2_version(0).map { String(cString: $0.pointee.version_str) } ?? "unknown"
        return "libnghttp2 \(version): "
            + "stream reset rate limit \(word(skein_nghttp2_has_stream_reset_rate_limit())), "
            + "continuation limit \(word(skein_nghttp2_has_max_continuations()))"
    }

    private static func word(_ isLinked: Bool) -> String { isLinked ? "linked" : "missing" }
}
