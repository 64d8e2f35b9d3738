// SPDX-License-Identifier: Apache-2.0
internal import CZlib
internal import SkeinCore

/// One zlib stream that compresses, or one that decompresses, message after message.
///
/// `@unchecked Sendable`: owns the zlib state; whoever took it from the pool uses it alone.
final class ZlibStream: @unchecked Sendable {
    private static let step = 16 << 10
    private static let maxStep = 1 << 20

    private let stream: UnsafeMutablePointer<z_stream>
    private let deflates: Bool
    private let isGzip: Bool

    init?(deflating format: ZlibCompressor.Format, level: Int32) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        deflates = true
        isGzip = format == .gzip
        let memory: Int32 = 8
        let result = deflateInit2_(
            stream, level, Z_DEFLATED, format.rawValue, memory, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    init?(inflating format: ZlibCompressor.Format) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        deflates = false
        isGzip = format == .gzip
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(stream, format.rawValue, ZLIB_VERSION, size) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        _ = deflates ? deflateEnd(stream) : inflateEnd(stream)
        stream.deallocate()
    }

    func reset() { _ = deflates ? deflateReset(stream) : inflateReset(stream) }

    func deflate(_ input: UnsafeRawBufferPointer, into output: inout Buffer) throws(RPCError) {
        feed(input)
        let bound = Int(deflateBound(stream, UInt(input.count)))
        try output.append(count: bound) { (room) throws(RPCError) in
            setOutput(room)
            let result = CZlib.deflate(stream, Z_FINISH)
            guard result == Z_STREAM_END else { throw RPCError(.internal, "compress: zlib reports \(result)") }
            return room.count - Int(stream.pointee.avail_out)
        }
    }

    func inflate(
        _ input: UnsafeRawBufferPointer, into output: inout Buffer, limit: Int, named name: String
    ) throws(RPCError) {
        feed(input)
        let start = output.count
        var step = min(max(input.count * 2, 64), ZlibStream.step)
        while true {
            // One byte more than the limit tells a message that has just that size from a larger one.
            let room = min(step, limit - (output.count - start) + 1)
            var result = Z_OK
            try output.append(count: room) { (bytes) throws(RPCError) in
                setOutput(bytes)
                result = CZlib.inflate(stream, Z_NO_FLUSH)
                return bytes.count - Int(stream.pointee.avail_out)
            }
            if output.count - start > limit {
                throw RPCError(.resourceExhausted, "a message has more than \(limit) bytes when decompressed")
            }
            switch result {
            case Z_STREAM_END where stream.pointee.avail_in == 0: return
            case Z_STREAM_END where isGzip: inflateReset(stream)  // a gzip file may have several members
            case Z_OK where stream.pointee.avail_out == 0 || stream.pointee.avail_in > 0:
                step = min(step * 2, ZlibStream.maxStep)
            default: throw broken(result, name)
            }
        }
    }

    private func broken(_ result: Int32, _ name: String) -> RPCError {
        let reason =
            switch result {
            case Z_OK, Z_BUF_ERROR: "the data ends early"
            case Z_STREAM_END: "\(stream.pointee.avail_in) bytes follow its end"
            case Z_NEED_DICT: "it needs a dictionary"
            case Z_MEM_ERROR: "out of memory"
            default: stream.pointee.msg.map { String(cString: $0) } ?? "it is not \(name)"
            }
        return RPCError(
            result == Z_MEM_ERROR ? .resourceExhausted : .internal, "decompress a \(name) message: \(reason)")
    }

    private func feed(_ input: UnsafeRawBufferPointer) {
        // zlib does not write to its input; it counts it in 32 bits, and messages have at most 2 GiB.
        let start = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.next_in = start
        stream.pointee.avail_in = UInt32(input.count)
    }

    private func setOutput(_ room: UnsafeMutableRawBufferPointer) {
        stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(room.count)
    }
}
