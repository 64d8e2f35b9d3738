// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// The trailing header block of a response: status and metadata.
package struct Trailers: Sendable {
    package enum StatusField: Sendable, Hashable {
        case missing
        case code(StatusCode)
        /// Not a number from 0 to 16, or two that differ.
        case unparsable
    }

    package private(set) var statusField = StatusField.missing
    private var encodedMessage: [UInt8] = []
    /// What belongs to the application, `grpc-status-details-bin` included.
    package private(set) var fields = HeaderBlock()
    /// How loaded the server says it is.
    package private(set) var serverLoad: ServerLoad?
    /// `fields` has a load report in gRPC's form.
    package private(set) var hasLoadReport = false
    package private(set) var headerBytes = 0
    package private(set) var isOverLimit = false

    package init() {}

    package mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, limit: Int) {
        headerBytes += HeaderName.listBytes(name, value)
        guard headerBytes <= limit else {
            isOverLimit = true
            return
        }
        append(HeaderName(name), name: name, value: value)
    }

    /// Takes a field that was counted already.
    mutating func append(_ kind: HeaderName, name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        switch kind {
        case .grpcStatus:
            let parsed = Trailers.parse(value)
            // Of two that differ, neither can be believed.
            statusField = statusField == .missing || statusField == parsed ? parsed : .unparsable
        case .grpcMessage: encodedMessage = Array(value)
        case .serverLoad: serverLoad = ServerLoadText.read(value)
        case .application: fields.append(name: name, value: value)
        case .loadReport:
            hasLoadReport = true
            fields.append(name: name, value: value)
        default: break
        }
    }

    private static func parse(_ value: UnsafeRawBufferPointer) -> StatusField {
        guard (1...2).contains(value.count), value.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return .unparsable }
        let number = value.reduce(0) { $0 * 10 + ($1 - 0x30) }
        return StatusCode(rawValue: number).map { .code($0) } ?? .unparsable
    }

    package var message: String { encodedMessage.isEmpty ? "" : PercentEncoding.decode(encodedMessage) }

    package var metadata: Metadata { fields.isEmpty ? Metadata() : Metadata(fields) }

    /// What the server said; `nil` when it said nothing.
    package var status: Status? {
        switch statusField {
        case .missing: nil
        case .code(let code): Status(code, message)
        case .unparsable:
            Status(
                .unknown, message.isEmpty ? "the grpc-status of the response is not one number from 0 to 16" : message)
        }
    }
}
