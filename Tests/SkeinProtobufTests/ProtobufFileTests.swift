// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(2))) struct ProtobufFileTests {
    @Test("a service names its file's descriptor, which begins with the file's path")
    func service() {
        let file = ProtobufFile.services_services_proto
        #expect(file.path == "services/services.proto")
        #expect(file.serialized.starts(with: field(1, "services/services.proto")))
        #expect(Golden_Services_Everything.descriptor.fileDescriptors == [file.serialized])
        #expect(
            Golden_Services_Everything.descriptor.methods.map(\.kind) == [
                .unary, .serverStreaming, .clientStreaming, .bidirectional, .unary, .unary,
            ])
        #expect(Golden_Services_Everything.Methods.get.descriptor.idempotency == .noSideEffects)
    }

    @Test("a file names the files that its types come from")
    func imports() {
        #expect(ProtobufFile.imports_imports_proto.imports.map(\.path) == ["imports/exported.proto"])
        #expect(ProtobufFile.imports_exported_proto.imports.map(\.path) == ["imports/shared.proto"])
        #expect(ProtobufFile.google_rpc_status_proto.imports.map(\.path) == ["google/protobuf/any.proto"])
        #expect(ProtobufFile.scalars_scalars_proto.imports.isEmpty)
    }
}
