// SPDX-License-Identifier: Apache-2.0

/// What a service config says of some methods (grpc/doc/service_config.md).
public struct MethodConfig: Sendable, Hashable {
    /// One method, all methods of a service (`method` empty), or all methods (both empty).
    ///
    /// As a literal: `"helloworld.Greeter/SayHello"`, `"helloworld.Greeter"`, `""`.
    public struct Name: Sendable, Hashable {
        /// The full name of the service, e.g. `helloworld.Greeter`.
        public var service: String
        public var method: String

        public init(service: String, method: String = "") {
            self.service = service
            self.method = method
        }

        /// All methods of all services.
        public static let all = Name(service: "")
    }

    /// What the entry is for; a name may stand in one entry of a config only.
    public var names: [Name]
    /// The longest a call may take; the shorter of this and the call's own deadline holds.
    public var timeout: Duration?
    /// What calls do that do not say themselves whether they wait for a connection.
    public var waitForReady: Bool?
    /// The largest request message, in bytes; the smaller of this and the call's own limit holds.
    public var maxRequestBytes: Int?
    /// The largest response message, in bytes; the smaller of this and the call's own limit holds.
    public var maxResponseBytes: Int?
    /// Whether calls are tried again.
    public var retry: RetryPolicy?

    /// An entry for `names`; what is left out stays as the call has it.
    public init(
        _ names: Name..., timeout: Duration? = nil, waitForReady: Bool? = nil, maxRequestBytes: Int? = nil,
        maxResponseBytes: Int? = nil, retry: RetryPolicy? = nil
    ) {
        self.names = names
        self.timeout = timeout
        self.waitForReady = waitForReady
        self.maxRequestBytes = maxRequestBytes
        self.maxResponseBytes = maxResponseBytes
        self.retry = retry
    }

    /// One entry of `methodConfig`.
    init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        self.init()
        for var name in try fields.objects("name") {
            let service = try name.string("service", default: "")
            let method = try name.string("method", default: "")
            guard !service.isEmpty || method.isEmpty else {
                throw name.problem("method is \(JSONValue.quoted(method)) without a service: expected both or neither")
            }
            names.append(Name(service: service, method: method))
        }
        if fields.contains("timeout") {
            timeout = try fields.duration("timeout", default: .zero, in: .zero ... .seconds(315_576_000_000))
        }
        if fields.contains("waitForReady") { waitForReady = try fields.bool("waitForReady", default: false) }
        maxRequestBytes = try MethodConfig.size("maxRequestMessageBytes", &fields)
        maxResponseBytes = try MethodConfig.size("maxResponseMessageBytes", &fields)
        retry = try RetryPolicy.read(&fields)
    }

    /// What is read as this.
    var json: JSONValue.Content {
        .members([
            "name": .list(names.map { .members(["service": .string($0.service), "method": .string($0.method)]) }),
            "timeout": timeout.map(JSONValue.Content.duration),
            "waitForReady": waitForReady.map(JSONValue.Content.bool),
            "maxRequestMessageBytes": maxRequestBytes.map(JSONValue.Content.integer),
            "maxResponseMessageBytes": maxResponseBytes.map(JSONValue.Content.integer),
            "retryPolicy": retry?.retryPolicy,
            "hedgingPolicy": retry?.hedgingPolicy,
        ])
    }

    private static func size(_ name: String, _ fields: inout ConfigFields) throws(ConfigurationError) -> Int? {
        guard fields.contains(name) else { return nil }
        return try fields.int(name, default: 0, in: 0...Int(UInt32.max))
    }

    /// `options` within the limits of this config: the shorter timeout, the smaller sizes; `waitForReady` only where
    /// the call does not say.
    package func applied(to options: CallOptions) -> CallOptions {
        var limited = options
        limited.timeout = MethodConfig.smaller(options.timeout, timeout)
        limited.waitsForReady = options.waitsForReady ?? waitForReady
        limited.maxRequestBytes = MethodConfig.smaller(options.maxRequestBytes, maxRequestBytes)
        limited.maxResponseBytes = MethodConfig.smaller(options.maxResponseBytes, maxResponseBytes)
        return limited
    }

    private static func smaller<Value: Comparable>(_ a: Value?, _ b: Value?) -> Value? {
        guard let a, let b else { return a ?? b }
        return min(a, b)
    }
}

extension MethodConfig.Name: ExpressibleByStringLiteral, CustomStringConvertible {
    public init(stringLiteral value: String) {
        let parts = value.split(separator: "/", maxSplits: 1)
        self.init(service: parts.first.map(String.init) ?? "", method: parts.count == 2 ? String(parts[1]) : "")
    }

    public var description: String {
        service.isEmpty ? "all methods" : method.isEmpty ? service : "\(service)/\(method)"
    }
}
