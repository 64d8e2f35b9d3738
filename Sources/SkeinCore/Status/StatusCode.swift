// SPDX-License-Identifier: Apache-2.0

/// A gRPC status code (grpc/doc/statuscodes.md): 0 to 16.
public struct StatusCode: RawRepresentable, Sendable, Hashable {
    public let rawValue: UInt8

    public init?(rawValue: UInt8) {
        guard rawValue < StatusCode.names.count else { return nil }
        self.rawValue = rawValue
    }

    private init(_ rawValue: UInt8) { self.rawValue = rawValue }

    public static let ok = StatusCode(0)
    public static let cancelled = StatusCode(1)
    public static let unknown = StatusCode(2)
    public static let invalidArgument = StatusCode(3)
    public static let deadlineExceeded = StatusCode(4)
    public static let notFound = StatusCode(5)
    public static let alreadyExists = StatusCode(6)
    public static let permissionDenied = StatusCode(7)
    public static let resourceExhausted = StatusCode(8)
    public static let failedPrecondition = StatusCode(9)
    public static let aborted = StatusCode(10)
    public static let outOfRange = StatusCode(11)
    public static let unimplemented = StatusCode(12)
    public static let `internal` = StatusCode(13)
    public static let unavailable = StatusCode(14)
    public static let dataLoss = StatusCode(15)
    public static let unauthenticated = StatusCode(16)

    static let names = [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
        "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
        "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ]

    /// gRPC's upper-case name, e.g. `DEADLINE_EXCEEDED`.
    public var name: String { StatusCode.names[Int(rawValue)] }

    /// The code with gRPC's `name`, in any case.
    public init?(name: String) {
        guard let index = StatusCode.names.firstIndex(of: name.uppercased()) else { return nil }
        self.init(UInt8(index))
    }

    /// The code to report when a control-plane component (resolver, policy, credentials) fails a call with `self`:
    /// codes that are the application's alone become `internal` (gRFC A54).
    package var fromControlPlane: StatusCode {
        switch self {
        case .ok, .invalidArgument, .notFound, .alreadyExists, .failedPrecondition, .aborted, .outOfRange, .dataLoss:
            .internal
        default: self
        }
    }
}

extension StatusCode: CustomStringConvertible {
    public var description: String { name }
}
