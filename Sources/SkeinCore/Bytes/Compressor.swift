// SPDX-License-Identifier: Apache-2.0

/// A way to compress messages, each by itself.
///
/// Its name is what `grpc-encoding` says. Register one by adding it to a channel's and a server's `compressors`.
public protocol Compressor: Sendable {
    /// As in `grpc-encoding`: letters in lower case, digits, `-` and `_`.
    var name: String { get }

    /// Appends `input`, compressed, to `output`.
    func compress(_ input: borrowing RawSpan, into output: inout Buffer) throws(RPCError)

    /// Appends what `input` was made from to `output`.
    ///
    /// Must stop as soon as more than `limit` bytes would come out, by throwing `resourceExhausted`, and must not hold
    /// more than that. Throws `internal` for what is not compressed data, or not all of it.
    func decompress(_ input: borrowing RawSpan, into output: inout Buffer, limit: Int) throws(RPCError)
}

/// The name of a compressor, for choosing one.
public struct Compression: Sendable, Hashable {
    public let name: String

    public init(name: String) { self.name = name }

    /// Messages go as they are.
    public static let identity = Compression(name: "identity")
    public static let gzip = Compression(name: "gzip")
    /// The zlib format (RFC 1950), as gRPC means it.
    public static let deflate = Compression(name: "deflate")
}
