// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore

/// ZooKeeper's way to write values: numbers big-endian, texts and lists with their count in front.
struct JuteWriter {
    private(set) var buffer = ByteBuffer()

    mutating func int(_ value: Int32) { buffer.writeInteger(value) }
    mutating func long(_ value: Int64) { buffer.writeInteger(value) }
    mutating func bool(_ value: Bool) { buffer.writeInteger(value ? 1 : 0, as: UInt8.self) }

    mutating func bytes(_ value: some Collection<UInt8>) {
        int(Int32(truncatingIfNeeded: value.count))
        buffer.writeBytes(value)
    }

    mutating func text(_ value: String) { bytes(value.utf8) }

    /// The bytes as a frame: with their count in front.
    var frame: ByteBuffer {
        var frame = ByteBuffer()
        frame.writeInteger(Int32(truncatingIfNeeded: buffer.readableBytes))
        frame.writeImmutableBuffer(buffer)
        return frame
    }
}

/// Reads what a server wrote; throws where something else stands.
struct JuteReader {
    static let maxElements: Int32 = 1 << 20

    private var buffer: ByteBuffer

    init(_ buffer: ByteBuffer) { self.buffer = buffer }

    mutating func int() throws -> Int32 { try number() }
    mutating func long() throws -> Int64 { try number() }

    private mutating func number<Value: FixedWidthInteger>() throws -> Value {
        guard let value = buffer.readInteger(as: Value.self) else {
            throw JuteReader.fault("a number of \(Value.self)")
        }
        return value
    }

    /// `nil`, which is written as a count of −1, is read as no bytes.
    mutating func bytes() throws -> [UInt8] {
        let count = try int()
        guard count >= 0 else { return [] }
        guard let bytes = buffer.readBytes(length: Int(count)) else { throw JuteReader.fault("\(count) bytes") }
        return bytes
    }

    mutating func text() throws -> String {
        guard let text = String(validating: try bytes(), as: UTF8.self) else { throw JuteReader.fault("UTF-8") }
        return text
    }

    mutating func texts() throws -> [String] {
        let count = try int()
        guard count <= JuteReader.maxElements else { throw JuteReader.fault("at most \(JuteReader.maxElements) texts") }
        var texts: [String] = []
        for _ in 0..<max(0, count) { texts.append(try text()) }
        return texts
    }

    static func fault(_ expected: String) -> RPCError {
        RPCError(.internal, "read ZooKeeper's answer: expected \(expected), found the end or another")
    }
}
