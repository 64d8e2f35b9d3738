// SPDX-License-Identifier: Apache-2.0

/// A service: its descriptors, the protocol that a server implements, and the client.
struct ServiceRenderer {
    let service: ServiceModel
    let file: FileModel
    let options: GeneratorOptions
    let access: String

    func render(into code: inout CodeWriter) {
        code.deprecatedAlias(service.deprecatedName, of: service.name, service.comments, access)
        if service.deprecatedName == nil { code.documentation(service.comments) }
        code.block("\(access)enum \(service.name)") { code in
            renderDescriptor(into: &code)
            code.line()
            renderMethods(into: &code)
            if options.server {
                code.line()
                renderProtocol(into: &code)
            }
            if options.client {
                code.line()
                renderClient(into: &code)
            }
        }
        if options.server {
            code.line()
            renderRegistration(into: &code)
        }
    }

    private func renderDescriptor(into code: inout CodeWriter) {
        code.line("\(access)static let descriptor = ServiceDescriptor(")
        code.indent { code in
            code.line("\"\(service.protoName)\",")
            code.list("methods: [", service.methods.map { "Methods.\($0.name).descriptor" }, "],")
            code.line("file: .\(file.identifier))")
        }
    }

    private func renderMethods(into code: inout CodeWriter) {
        code.block("\(access)enum Methods") { code in
            for method in service.methods {
                code.line("\(access)static let \(method.name) = Method<\(method.request), \(method.response)>(")
                code.indent { code in
                    let idempotency = method.idempotency.map { ", idempotency: .\($0)" } ?? ""
                    code.line(
                        "\"\(service.protoName)\", \"\(method.protoName)\", .\(method.kind.rawValue)\(idempotency),")
                    let codec = options.messages == .swiftProtobuf ? "SwiftProtobufCodec" : "ProtobufCodec"
                    code.line("\(codec)<\(method.request)>.self, \(codec)<\(method.response)>.self)")
                }
            }
        }
    }

    // MARK: Server

    private func renderProtocol(into code: inout CodeWriter) {
        code.block("\(access)protocol Service: RPCService") { code in
            for method in service.methods {
                code.documentation(method.comments)
                if method.isDeprecated { code.line("/// - Note: Deprecated.") }
                let returned = method.kind.hasSingleResponse ? " -> \(method.response)" : ""
                code.list(
                    "nonisolated(nonsending) func \(method.name)(", method.parameters, ") async throws\(returned)")
            }
        }
    }

    private func renderRegistration(into code: inout CodeWriter) {
        code.block("extension \(service.name).Service") { code in
            code.line("\(access)var descriptor: ServiceDescriptor { \(service.name).descriptor }")
            code.line()
            code.block("\(access)func register(with router: inout ServiceRouter)") { code in
                for method in service.methods {
                    let handle = "{ try await self.\(method.name)(\(method.arguments)) }"
                    code.line("router.\(method.kind.rawValue)(\(service.name).Methods.\(method.name)) \(handle)")
                }
            }
        }
    }

    // MARK: Client

    private func renderClient(into code: inout CodeWriter) {
        code.block("\(access)struct Client: Sendable") { code in
            code.line("\(access)let channel: Channel")
            code.line("\(access)let defaults: CallOptions")
            code.line()
            code.block("\(access)init(_ channel: Channel, defaults: CallOptions = .init())") { code in
                code.line("self.channel = channel")
                code.line("self.defaults = defaults")
            }
            for method in service.methods {
                code.line()
                code.documentation(method.comments)
                if method.isDeprecated { code.deprecation() }
                let type = "\(method.kind.stub)<\(method.request), \(method.response)>"
                code.block("\(access)var \(method.name): \(type)") { code in
                    code.line(".init(Methods.\(method.name), on: channel, defaults: defaults)")
                }
            }
        }
    }
}

extension MethodModel.Kind {
    var hasSingleResponse: Bool { self == .unary || self == .clientStreaming }

    /// The client's type.
    var stub: String {
        switch self {
        case .unary: "UnaryMethod"
        case .serverStreaming: "ServerStreamingMethod"
        case .clientStreaming: "ClientStreamingMethod"
        case .bidirectional: "BidirectionalMethod"
        }
    }
}

extension MethodModel {
    /// Of the handler in the server's protocol.
    var parameters: [String] {
        let writer = "to responses: ResponseWriter<\(response)>"
        let context = "context: ServerContext"
        return switch kind {
        case .unary: ["_ request: \(request)", context]
        case .serverStreaming: ["_ request: \(request)", writer, context]
        case .clientStreaming: ["_ requests: RequestStream<\(request)>", context]
        case .bidirectional: ["_ requests: RequestStream<\(request)>", writer, context]
        }
    }

    /// What the router's closure passes on to the handler.
    var arguments: String {
        kind.hasSingleResponse ? "$0, context: $1" : "$0, to: $1, context: $2"
    }
}
