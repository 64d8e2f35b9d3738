// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// A message as it arrived.
package struct ReceivedMessage: Sendable {
    package var bytes: Buffer
    /// How it was compressed; `nil`: not at all.
    package var compression: StreamCompression?

    package init(_ bytes: consuming Buffer, compression: StreamCompression? = nil) {
        self.bytes = bytes
        self.compression = compression
    }

    package var count: Int { bytes.count }

    /// The message itself. Decompresses, so call it where time may be spent: not on an event loop.
    package consuming func content() throws(RPCError) -> Buffer {
        guard let compression else { return bytes }
        return try compression.decompress(bytes)
    }
}

/// How the messages of a stream that are marked as compressed were compressed.
package final class StreamCompression: Sendable {
    private let compressor: any Compressor
    /// The largest message, decompressed.
    private let limit: Int

    init(_ compressor: any Compressor, limit: Int) {
        self.compressor = compressor
        self.limit = limit
    }

    func decompress(_ message: borrowing Buffer) throws(RPCError) -> Buffer {
        var content = Buffer()
        try message.withBytes { (bytes) throws(RPCError) in
            try compressor.decompress(bytes, into: &content, limit: limit)
        }
        return content
    }
}
