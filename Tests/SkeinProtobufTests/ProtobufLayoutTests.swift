// SPDX-License-Identifier: Apache-2.0
import CProtobufC
import CSkein
import Testing

@testable import SkeinProtobuf

/// What Swift code assumes about the memory of C structs.
@Suite(.timeLimit(.minutes(2))) struct ProtobufLayoutTests {
    @Test("the slots of a message begin with libprotobuf-c's header")
    func header() {
        let slot = ProtobufLayout.slotSize
        #expect(MemoryLayout<ProtobufCMessage>.size <= 3 * slot)
        #expect(MemoryLayout<ProtobufCMessage>.offset(of: \.descriptor) == 0)
        #expect(MemoryLayout<ProtobufCMessage>.offset(of: \.n_unknown_fields) == slot)
        #expect(MemoryLayout<ProtobufCMessage>.offset(of: \.unknown_fields) == 2 * slot)
    }

    @Test("bytes lie as libprotobuf-c's binary data, in two slots")
    func bytes() {
        #expect(MemoryLayout<ProtobufBytes>.size == 2 * ProtobufLayout.slotSize)
        #expect(MemoryLayout<ProtobufBytes>.size == MemoryLayout<ProtobufCBinaryData>.size)
        #expect(MemoryLayout<ProtobufBytes>.offset(of: \.count) == MemoryLayout<ProtobufCBinaryData>.offset(of: \.len))
        #expect(MemoryLayout<ProtobufBytes>.offset(of: \.start) == MemoryLayout<ProtobufCBinaryData>.offset(of: \.data))
    }

    @Test("an arena begins with its next byte, its end and its allowance")
    func arena() {
        #expect(MemoryLayout<skein_arena>.offset(of: \.next) == 0)
        #expect(MemoryLayout<skein_arena>.offset(of: \.end) == MemoryLayout<UInt>.size)
        #expect(MemoryLayout<skein_arena>.offset(of: \.allowance) == 2 * MemoryLayout<UInt>.size)
    }

    @Test("flags that libprotobuf-c knows leave room for the oneof's number")
    func flags() {
        let known =
            PROTOBUF_C_FIELD_FLAG_PACKED.rawValue | PROTOBUF_C_FIELD_FLAG_DEPRECATED.rawValue
            | PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue
        #expect(known < 1 << ProtobufLayout.oneofShift)
    }
}
