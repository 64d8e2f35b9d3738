// SPDX-License-Identifier: Apache-2.0

/// Which sides of a call stream.
public enum CallKind: Sendable, Hashable {
    case unary
    case serverStreaming
    case clientStreaming
    case bidirectional

    /// Whether the client sends exactly one message.
    package var hasSingleRequest: Bool { self == .unary || self == .serverStreaming }
    /// Whether the server sends exactly one message.
    package var hasSingleResponse: Bool { self == .unary || self == .clientStreaming }
}

/// What the `idempotency_level` option of a method promises.
public enum Idempotency: Sendable, Hashable {
    case unspecified
    case idempotent
    case noSideEffects
}

/// The name and the kind of one method. Made once per method by generated code.
public final class MethodDescriptor: Sendable {
    /// The full service name, e.g. `helloworld.Greeter`.
    public let service: String
    /// The method name as in the `.proto` file, e.g. `SayHello`.
    public let name: String
    public let kind: CallKind
    public let idempotency: Idempotency
    /// The request path, e.g. `/helloworld.Greeter/SayHello`.
    public let path: String

    public init(_ service: String, _ name: String, _ kind: CallKind, idempotency: Idempotency = .unspecified) {
        self.service = service
        self.name = name
        self.kind = kind
        self.idempotency = idempotency
        path = "/\(service)/\(name)"
    }
}

extension MethodDescriptor: Hashable, CustomStringConvertible {
    public static func == (a: MethodDescriptor, b: MethodDescriptor) -> Bool { a === b || a.path == b.path }
    public func hash(into hasher: inout Hasher) { hasher.combine(path) }
    public var description: String { path }
}

/// A service as generated code describes it.
public struct ServiceDescriptor: Sendable {
    /// The full name, e.g. `helloworld.Greeter`.
    public let name: String
    public let methods: [MethodDescriptor]
    private let files: @Sendable () -> [[UInt8]]

    /// - Parameter fileDescriptors: what the property of that name gives; made anew each time.
    public init(
        _ name: String, methods: [MethodDescriptor],
        fileDescriptors: @escaping @autoclosure @Sendable () -> [[UInt8]] = []
    ) {
        self.name = name
        self.methods = methods
        files = fileDescriptors
    }

    /// For reflection: serialised `google.protobuf.FileDescriptorProto` messages. That of the service's file is the
    /// first, those of all files it needs follow. Empty for a service that was not generated.
    public var fileDescriptors: [[UInt8]] { files() }
}
