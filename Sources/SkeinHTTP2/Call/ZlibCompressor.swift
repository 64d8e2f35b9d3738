// SPDX-License-Identifier: Apache-2.0
internal import CZlib
package import SkeinCore
internal import Synchronization

/// The compressors `gzip` and `deflate`, over zlib.
package struct ZlibCompressor: Compressor {
    enum Format: Int32 {
        // zlib's window bits: 15 is the largest window, 16 more ask for a gzip header and trailer.
        case zlib = 15
        case gzip = 31
    }

    package let name: String
    private let format: Format
    private let deflaters: ZlibPool
    private let inflaters: ZlibPool

    /// - Parameter level: 1 is fastest, 9 smallest; -1 is zlib's choice, 6.
    private init(_ name: String, _ format: Format, level: Int32) {
        self.name = name
        self.format = format
        deflaters = ZlibPool { ZlibStream(deflating: format, level: level) }
        inflaters = ZlibPool { ZlibStream(inflating: format) }
    }

    /// The gzip format, RFC 1952. `level`: 1 is fastest, 9 smallest.
    package static func gzip(level: Int = 6) -> ZlibCompressor {
        ZlibCompressor("gzip", .gzip, level: Int32(min(max(level, 1), 9)))
    }

    /// The zlib format, RFC 1950, which gRPC calls deflate. `level`: 1 is fastest, 9 smallest.
    package static func deflate(level: Int = 6) -> ZlibCompressor {
        ZlibCompressor("deflate", .zlib, level: Int32(min(max(level, 1), 9)))
    }

    package func compress(_ input: borrowing RawSpan, into output: inout Buffer) throws(RPCError) {
        let stream = try deflaters.take(for: name)
        defer { deflaters.give(stream) }
        try input.withUnsafeBytes { (bytes) throws(RPCError) in try stream.deflate(bytes, into: &output) }
    }

    package func decompress(_ input: borrowing RawSpan, into output: inout Buffer, limit: Int) throws(RPCError) {
        let stream = try inflaters.take(for: name)
        defer { inflaters.give(stream) }
        try input.withUnsafeBytes { (bytes) throws(RPCError) in
            try stream.inflate(bytes, into: &output, limit: limit, named: name)
        }
    }
}

/// Streams that wait for their next use: making one costs a quarter of a megabyte.
private final class ZlibPool: Sendable {
    private static let capacity = 8

    private let make: @Sendable () -> ZlibStream?
    private let idle = Mutex<[ZlibStream]>([])

    init(_ make: @escaping @Sendable () -> ZlibStream?) { self.make = make }

    func take(for name: String) throws(RPCError) -> ZlibStream {
        if let stream = idle.withLock({ $0.popLast() }) { return stream }
        guard let stream = make() else { throw RPCError(.resourceExhausted, "start \(name): out of memory") }
        return stream
    }

    func give(_ stream: ZlibStream) {
        stream.reset()
        idle.withLock { if $0.count < ZlibPool.capacity { $0.append(stream) } }
    }
}

extension CompressorRegistry {
    /// gzip and deflate.
    package static let builtIn: CompressorRegistry = {
        var registry = CompressorRegistry()
        registry.register(ZlibCompressor.gzip())
        registry.register(ZlibCompressor.deflate())
        return registry
    }()
}
