// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("Buffers", .timeLimit(.minutes(2)))
struct BufferTests {
    @Test("the headroom is no part of the content", arguments: [0, 5, 64])
    func headroom(size: Int) {
        var buffer = Buffer(headroom: size, capacity: 10)
        #expect(buffer.isEmpty)
        buffer.append(([1, 2, 3] as [UInt8]).span.bytes)
        #expect(buffer.count == 3)
        buffer.fillHeadroom { room in
            #expect(room.count == size)
            for index in room.indices { room[index] = 9 }
        }
        #expect(Array(buffer) == [1, 2, 3])
        #expect(buffer == Buffer([1, 2, 3]))
        #expect(buffer.hashValue == Buffer([1, 2, 3]).hashValue)
        buffer.withBytes { #expect($0.byteCount == 3) }
        #expect(buffer.storage == Array(repeating: 9, count: size) + [1, 2, 3])
    }

    @Test("bytes written in place are appended, as many as were written")
    func fill() throws {
        var buffer = Buffer([1])
        try buffer.append(count: 8) { room throws(RPCError) in
            #expect(room.count == 8)
            room[0] = 2
            room[1] = 3
            return 2
        }
        #expect(Array(buffer) == [1, 2, 3])
        try buffer.append(count: 0) { _ throws(RPCError) in 0 }
        #expect(buffer.count == 3)
    }

    @Test("a fill that throws appends nothing")
    func throwingFill() {
        var buffer = Buffer([1])
        #expect(throws: RPCError.self) {
            try buffer.append(count: 8) { room throws(RPCError) in
                room[0] = 2
                throw RPCError(.internal, "no")
            }
        }
        #expect(Array(buffer) == [1])
    }

    @Test("the raw codec passes bytes through")
    func rawCodec() throws {
        var buffer = Buffer(headroom: 5, capacity: 0)
        try RawCodec.encode(Buffer([1, 2]), into: &buffer)
        #expect(Array(buffer) == [1, 2])
        #expect(try buffer.withBytes { bytes throws(RPCError) in try RawCodec.decode(bytes) } == Buffer([1, 2]))
    }
}
