// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// The header fields of a response; of a trailers-only response, the trailers too.
package struct ResponseHead: Sendable {
    /// 0 when there was none.
    package private(set) var httpStatus = 0
    package private(set) var contentType = ContentType.missing
    /// The start of a content-type that is not gRPC's.
    private var foreignContentType: [UInt8] = []
    private var foreignEncoding: [UInt8] = []
    private var ending = Trailers()
    package private(set) var headerBytes = 0
    package private(set) var isOverLimit = false

    package init() {}

    package mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, limit: Int) {
        headerBytes += HeaderName.listBytes(name, value)
        guard headerBytes <= limit else {
            isOverLimit = true
            return
        }
        switch HeaderName(name) {
        case .status: httpStatus = value.prefix(3).reduce(0) { $0 * 10 + Int($1 &- 0x30) }
        case .contentType:
            contentType = ContentType(value)
            if contentType == .other { foreignContentType = Array(value.prefix(64)) }
        case .encoding: foreignEncoding = value.equals("identity") ? [] : Array(value.prefix(64))
        case let kind: ending.append(kind, name: name, value: value)
        }
    }

    /// `identity` unless the response says otherwise.
    package var encoding: String {
        foreignEncoding.isEmpty ? "identity" : String(decoding: foreignEncoding, as: UTF8.self)
    }
    package var isIdentityEncoded: Bool { foreignEncoding.isEmpty }

    package var contentTypeText: String {
        switch contentType {
        case .missing: ""
        case .grpc: "application/grpc"
        case .other: String(decoding: foreignContentType, as: UTF8.self)
        }
    }

    /// What belongs to the application.
    package var fields: HeaderBlock { ending.fields }
    package var metadata: Metadata { ending.metadata }

    /// Of a trailers-only response.
    package var serverLoad: ServerLoad? { ending.serverLoad }

    package var hasLoadReport: Bool { ending.hasLoadReport }

    /// The status of a trailers-only response; `nil` when there is none.
    package var status: Status? { ending.status }
}
