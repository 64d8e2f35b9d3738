// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The header names that gRPC gives a meaning; all others belong to the application.
enum HeaderName {
    case method, scheme, authority, path, status
    /// A pseudo header that is none of the above.
    case pseudo
    case te, contentType, userAgent
    case timeout, encoding, acceptEncoding, messageType
    case grpcStatus, grpcMessage
    case serverLoad
    /// Belongs to the application, which may look at it.
    case loadReport
    case application

    init(_ name: UnsafeRawBufferPointer) {
        self = HeaderName.reserved(name) ?? (name.first == UInt8(ascii: ":") ? .pseudo : .application)
    }

    private static func reserved(_ name: UnsafeRawBufferPointer) -> HeaderName? {
        switch name.count {
        case 2: name.equals("te") ? .te : nil
        case 5: name.equals(":path") ? .path : nil
        case 7:
            name.equals(":method")
                ? .method
                : name.equals(":scheme") ? .scheme : name.equals(":status") ? .status : nil
        case 10: name.equals(":authority") ? .authority : name.equals("user-agent") ? .userAgent : nil
        case 11: name.equals("grpc-status") ? .grpcStatus : nil
        case 12:
            name.equals("content-type")
                ? .contentType
                : name.equals("grpc-timeout") ? .timeout : name.equals("grpc-message") ? .grpcMessage : nil
        case 13: name.equals("grpc-encoding") ? .encoding : nil
        case 17:
            name.equals("grpc-message-type")
                ? .messageType : name.equals(ServerLoadText.name) ? .serverLoad : nil
        case 25: name.equals("endpoint-load-metrics-bin") ? .loadReport : nil
        case 20: name.equals("grpc-accept-encoding") ? .acceptEncoding : nil
        default: nil
        }
    }

    /// What a field adds to the size of a header list (RFC 9113 section 6.5.2).
    static func listBytes(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Int {
        name.count + value.count + 32
    }
}

extension UnsafeRawBufferPointer {
    func equals(_ text: StaticString) -> Bool {
        guard let base = baseAddress else { return text.utf8CodeUnitCount == 0 }
        return count == text.utf8CodeUnitCount && memcmp(base, text.utf8Start, count) == 0
    }
}
