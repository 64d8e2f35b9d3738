// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct MessageFramerTests {
    @Test(
        "a sealed message starts with its flag and its length",
        arguments: [(0, false), (1, true), (300, false), (70_000, true)])
    func seal(_ length: Int, _ compressed: Bool) {
        var buffer = MessageFramer.makeBuffer(capacity: length)
        buffer.append([UInt8](repeating: 7, count: length).span.bytes)
        MessageFramer.seal(&buffer, compressed: compressed)
        let prefix = [compressed ? 1 : 0, 0, UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255)]
        #expect(wire(buffer) == prefix + [UInt8](repeating: 7, count: length))
        #expect(buffer.count == length)
    }

    @Test("a buffer without room in front is moved")
    func foreign() {
        var buffer = Buffer([1, 2, 3])
        MessageFramer.seal(&buffer)
        #expect(wire(buffer) == [0, 0, 0, 0, 3, 1, 2, 3])
    }
}
