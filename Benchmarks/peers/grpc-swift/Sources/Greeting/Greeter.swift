// SPDX-License-Identifier: Apache-2.0
public import GRPCCore
internal import GRPCProtobuf

/// The service and the call as grpc-swift's generator would emit them.
public enum Greeter {
    public static let sayHello = MethodDescriptor(
        service: ServiceDescriptor(fullyQualifiedService: "helloworld.Greeter"), method: "SayHello")

    public struct Service: RegistrableRPCService {
        public init() {}

        public func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
            router.registerHandler(
                forMethod: Greeter.sayHello, deserializer: ProtobufDeserializer<Hello>(),
                serializer: ProtobufSerializer<Hello>()
            ) { request, _ in
                let request = try await ServerRequest(stream: request)
                let response = ServerResponse(message: Hello("Hello \(request.message.text)"), metadata: [:])
                return StreamingServerResponse(single: response)
            }
        }
    }

    public static func sayHello(
        _ name: String, on client: GRPCClient<some ClientTransport>
    ) async throws -> String {
        try await client.unary(
            request: ClientRequest(message: Hello(name)), descriptor: sayHello,
            serializer: ProtobufSerializer<Hello>(), deserializer: ProtobufDeserializer<Hello>(), options: .defaults
        ) { response in
            try response.message.text
        }
    }
}
