// SPDX-License-Identifier: Apache-2.0
import SkeinProtobuf
import SwiftProtobuf
import SwiftProtobufStubs
import Testing

@Suite("descriptors beside swift-protobuf's messages")
struct DescriptorTests {
    @Test("a file embeds its descriptor, and names the files it imports, whoever generated those")
    func imports() throws {
        let file = ProtobufFile.skein_testing_repeater_proto
        #expect(file.path == "skein/testing/repeater.proto")
        #expect(file.imports.map(\.path) == ["google/protobuf/timestamp.proto", "skein/testing/parts.proto"])
        let descriptor = try SwiftProtobuf.Google_Protobuf_FileDescriptorProto(serializedBytes: file.serialized)
        #expect(descriptor.service.map(\.name) == ["Repeater"])
        #expect(descriptor.dependency == file.imports.map(\.path))
    }

    @Test("a file without services has a descriptor too")
    func withoutServices() throws {
        let bytes = ProtobufFile.skein_testing_parts_proto.serialized
        let descriptor = try SwiftProtobuf.Google_Protobuf_FileDescriptorProto(serializedBytes: bytes)
        #expect(descriptor.messageType.map(\.name) == ["Part"])
    }
}
