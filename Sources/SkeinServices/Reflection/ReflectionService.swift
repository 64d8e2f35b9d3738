// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
public import SkeinProtobuf
public import SkeinServer
internal import Synchronization

/// Server reflection, v1 and v1alpha: tools such as grpcurl and `buf curl` list, describe and call the services of a
/// server without having its `.proto` files (gRFC A15).
///
/// Give it to a server among its services: it describes all of them, by the descriptors that generated code carries.
public struct ReflectionService: RPCService {
    private let others: [ProtobufFile]

    /// - Parameter files: what it knows besides the files of the server's services and all that those import: for
    ///   messages that travel inside of `google.protobuf.Any`, and for extensions.
    public init(files: [ProtobufFile] = []) { others = files }

    public var descriptor: ServiceDescriptor { Grpc_Reflection_V1_ServerReflection.descriptor }

    public var descriptors: [ServiceDescriptor] {
        [descriptor, Grpc_Reflection_V1alpha_ServerReflection.descriptor]
    }

    public func register(with router: inout ServiceRouter) {
        let source = ReflectionSource(router.services, others)
        let v1 = Grpc_Reflection_V1_ServerReflection.Methods.serverReflectionInfo
        let alpha = Grpc_Reflection_V1alpha_ServerReflection.Methods.serverReflectionInfo.descriptor
        let v1alpha = Method<ReflectionConversation.Request, ReflectionConversation.Response>(
            alpha.service, alpha.name, alpha.kind,
            ProtobufCodec<ReflectionConversation.Request>.self, ProtobufCodec<ReflectionConversation.Response>.self)
        for method in [v1, v1alpha] {
            router.bidirectional(method) { requests, responses, _ in
                var conversation = ReflectionConversation(source.index)
                for try await request in requests { try await responses.write(conversation.answer(request)) }
            }
        }
    }
}

/// Makes the index when it is first asked for.
private final class ReflectionSource: Sendable {
    private let services: [ServiceDescriptor]
    private let others: [ProtobufFile]
    private let made = Mutex<ReflectionIndex?>(nil)

    init(_ services: [ServiceDescriptor], _ others: [ProtobufFile]) {
        self.services = services
        self.others = others
    }

    var index: ReflectionIndex {
        made.withLock { made in
            if let made { return made }
            let index = ReflectionIndex(services, others)
            made = index
            return index
        }
    }
}
