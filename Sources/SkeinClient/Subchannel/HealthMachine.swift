// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// What the health that a server reports makes of its ready connection (gRFC A17).
struct HealthMachine: Sendable {
    static let method = MethodDescriptor("grpc.health.v1.Health", "Watch", .serverStreaming)

    /// The service that is asked about; empty for the server as a whole.
    let service: String
    private var isServing = false

    init(service: String) { self.service = service }

    /// The request.
    var request: [UInt8] {
        var bytes: [UInt8] = []
        WireFields.append(1, Array(service.utf8), to: &bytes)
        return bytes
    }

    /// An answer came: the subchannel's new state, if it has one.
    mutating func received(_ response: some Collection<UInt8>) -> ConnectivityState? {
        guard let status = HealthMachine.status(response) else { return failed("sent an answer that is no message") }
        guard status == 1 else { return failed("is \(HealthMachine.name(status))") }
        return serves()
    }

    /// The stream has ended.
    mutating func ended(_ status: Status) -> ConnectivityState? {
        // A server without health checks is taken to be healthy.
        guard status.code != .unimplemented else { return serves() }
        let text = status.message.isEmpty ? "\(status.code)" : "\(status.code): \(status.message)"
        return failed("cannot be watched: \(text)")
    }

    private mutating func serves() -> ConnectivityState? {
        defer { isServing = true }
        return isServing ? nil : .ready
    }

    private mutating func failed(_ what: String) -> ConnectivityState? {
        isServing = false
        let name = service.isEmpty ? "the server" : "service \"\(service)\""
        return .transientFailure(RPCError(.unavailable, "check the health of \(name): it \(what)"))
    }

    /// Of `grpc.health.v1.HealthCheckResponse`.
    private static func status(_ response: some Collection<UInt8>) -> UInt64? {
        var reader = WireFields(response)
        var status: UInt64 = 0
        while let (field, value) = reader.next() {
            if case (1, .varint(let number)) = (field, value) { status = number }
        }
        return reader.isAtEnd ? status : nil
    }

    private static func name(_ status: UInt64) -> String {
        switch status {
        case 0: "UNKNOWN"
        case 2: "NOT_SERVING"
        case 3: "SERVICE_UNKNOWN"
        default: "of status \(status)"
        }
    }
}
