// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing

@testable import SkeinTransport

@Suite struct ReadSizeTests {
    private func read(_ size: ReadSize, _ bytes: Int, _ microseconds: Int64) {
        var allocator = ReadSize.Allocator(size: size)
        _ = allocator.record(actualReadBytes: bytes)
        size.handled(in: .microseconds(microseconds))
    }

    @Test("full reads that are handled fast grow to 64 KiB and no further")
    func grows() {
        let size = ReadSize()
        #expect(size.bytes == 2048)
        for _ in 0..<20 { read(size, size.bytes, 100) }
        #expect(size.bytes == 65_536)
        #expect(ReadSize.Allocator(size: size).nextBufferSize() == 65_536)
    }

    @Test("reads that take long shrink to 1 KiB and no further")
    func shrinks() {
        let size = ReadSize()
        for _ in 0..<20 { read(size, size.bytes, 100) }
        for _ in 0..<20 { read(size, size.bytes, 5000) }
        #expect(size.bytes == 1024)
    }

    @Test("small reads, and those that take just about as long as they may, change nothing")
    func stays() {
        let size = ReadSize()
        read(size, 100, 100)
        read(size, size.bytes, 1500)
        #expect(size.bytes == 2048)
    }
}
