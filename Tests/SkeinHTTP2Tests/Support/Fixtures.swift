// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2

func framed(_ bytes: some Sequence<UInt8>) -> Buffer {
    var buffer = MessageFramer.makeBuffer(capacity: 0)
    buffer.append(Array(bytes).span.bytes)
    MessageFramer.seal(&buffer)
    return buffer
}

func framed(_ text: String) -> Buffer { framed(text.utf8) }

func framed(zeros count: Int) -> Buffer { framed([UInt8](repeating: 0, count: count)) }

/// The bytes of a framed message as they go over the wire.
func wire(_ buffer: Buffer) -> [UInt8] { buffer.storage }

func request(_ path: String = "/test.Echo/Say", metadata: Metadata = [:], timeout: Duration? = nil) -> OutgoingRequest {
    OutgoingRequest(
        path: path, authority: "localhost:50051", timeout: timeout, metadata: metadata,
        userAgent: "grpc-swift-skein/0.1")
}

extension MessageDeframer {
    mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    mutating func readAll() throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        while let message = try next() { messages.append(Array(message.bytes)) }
        return messages
    }
}

typealias Field = (String, String)

extension RequestHead {
    init(_ fields: [Field], limit: Int = .max) {
        self.init()
        for (name, value) in fields { append(name: name, value: value, limit: limit) }
    }

    mutating func append(name: String, value: String, limit: Int) {
        Array(name.utf8).withUnsafeBytes { name in
            Array(value.utf8).withUnsafeBytes { append(name: name, value: $0, limit: limit) }
        }
    }
}

extension ResponseHead {
    init(_ fields: [Field], limit: Int = .max) {
        self.init()
        for (name, value) in fields {
            Array(name.utf8).withUnsafeBytes { name in
                Array(value.utf8).withUnsafeBytes { append(name: name, value: $0, limit: limit) }
            }
        }
    }
}

extension Trailers {
    init(_ fields: [Field], limit: Int = .max) {
        self.init()
        for (name, value) in fields {
            Array(name.utf8).withUnsafeBytes { name in
                Array(value.utf8).withUnsafeBytes { append(name: name, value: $0, limit: limit) }
            }
        }
    }
}
