// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// The header fields of a request, as a server needs them: texts stay bytes until someone asks.
package struct RequestHead: Sendable {
    package enum Timeout: Sendable, Hashable {
        case none
        case some(Duration)
        case malformed
    }

    /// Where in `text` a value lies.
    private struct Piece {
        var start: UInt32 = 0
        var count: UInt32 = 0
    }

    private var text: [UInt8] = []
    private var path = Piece()
    private var authorityPiece = Piece()
    private var userAgentPiece = Piece()
    private var contentTypePiece = Piece()
    private var encodingPiece = Piece()
    private var acceptEncodingPiece = Piece()

    package private(set) var isPOST = false
    package private(set) var contentType = ContentType.missing
    package private(set) var timeout = Timeout.none
    /// No `grpc-encoding`, or `identity`.
    package private(set) var isIdentityEncoded = true
    package private(set) var acceptsTrailers = false
    /// The client wants to know how loaded the server is.
    package private(set) var asksForLoad = false
    /// What belongs to the application.
    package private(set) var fields = HeaderBlock()
    /// The size of the header list: names, values, and 32 for each field.
    package private(set) var headerBytes = 0
    /// The list is larger than allowed; what came after the limit was not kept.
    package private(set) var isOverLimit = false

    package init() {}

    package mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, limit: Int) {
        headerBytes += HeaderName.listBytes(name, value)
        guard headerBytes <= limit else {
            isOverLimit = true
            return
        }
        switch HeaderName(name) {
        case .method: isPOST = value.equals("POST")
        case .path: path = store(value)
        case .authority: authorityPiece = store(value)
        case .userAgent: userAgentPiece = store(value)
        case .contentType:
            contentType = ContentType(value)
            contentTypePiece = store(value)
        case .timeout: timeout = GRPCTimeout.decode(value).map { .some($0) } ?? .malformed
        case .encoding:
            isIdentityEncoded = value.equals("identity")
            if !isIdentityEncoded { encodingPiece = store(value) }
        case .te: acceptsTrailers = value.equals("trailers")
        case .serverLoad: asksForLoad = value.equals("1")
        case .application, .loadReport: fields.append(name: name, value: value)
        case .acceptEncoding: acceptEncodingPiece = store(value)
        case .scheme, .status, .pseudo, .messageType, .grpcStatus, .grpcMessage: break
        }
    }

    private mutating func store(_ value: UnsafeRawBufferPointer) -> Piece {
        if text.isEmpty { text.reserveCapacity(240) }
        let piece = Piece(start: UInt32(text.count), count: UInt32(value.count))
        text.append(contentsOf: value)
        return piece
    }

    private func slice(_ piece: Piece) -> ArraySlice<UInt8> {
        text[Int(piece.start)..<Int(piece.start) + Int(piece.count)]
    }

    private func string(_ piece: Piece) -> String { String(decoding: slice(piece), as: UTF8.self) }

    /// Calls `body` with the bytes of `:path`.
    package func withPath<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        text.withUnsafeBytes { bytes in
            let start = Int(path.start)
            return body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + Int(path.count)]))
        }
    }

    package var pathText: String { string(path) }
    package var authority: String { string(authorityPiece) }
    package var userAgent: String { string(userAgentPiece) }
    package var contentTypeText: String { string(contentTypePiece) }
    /// E.g. `proto`; empty for plain `application/grpc`.
    package var contentSubtype: String { ContentType.subtype(slice(contentTypePiece)) }
    package var encoding: String { isIdentityEncoded ? "identity" : string(encodingPiece) }

    /// Whether the client reads messages that were compressed so.
    package func accepts(encoding name: String) -> Bool {
        slice(acceptEncodingPiece).split(separator: UInt8(ascii: ",")).contains { item in
            let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
            guard let start = item.firstIndex(where: { !isSpace($0) }),
                let end = item.lastIndex(where: { !isSpace($0) })
            else { return false }
            return item[start...end].elementsEqual(name.utf8)
        }
    }

    package var metadata: Metadata { fields.isEmpty ? Metadata() : Metadata(fields) }

    /// Whether there is nothing to reject.
    @inline(__always)
    private var isWell: Bool {
        isPOST && !isOverLimit && contentType == .grpc && timeout != .malformed
    }

    /// How to answer a request that is no call, or whose messages none of `compressors` can read. `nil` when all is
    /// well.
    @inline(__always)
    package func rejection(_ compressors: borrowing CompressorRegistry) -> Rejection? {
        isWell && isIdentityEncoded ? nil : problem(compressors)
    }

    private func problem(_ compressors: borrowing CompressorRegistry) -> Rejection? {
        if isOverLimit {
            return Rejection(.resourceExhausted, "the request headers exceed the limit")
        }
        if !isPOST {
            return Rejection(.unknown, "a call needs the method POST", httpStatus: 405, field: .allowPOST)
        }
        if contentType != .grpc {
            let shown = contentType == .missing ? "none" : "\"\(contentTypeText.prefix(64))\""
            return Rejection(.unknown, "the content-type is \(shown); expected application/grpc", httpStatus: 415)
        }
        if timeout == .malformed {
            return Rejection(
                .internal, "the grpc-timeout is malformed; expected 1 to 8 digits and one of H M S m u n",
                httpStatus: 400)
        }
        if !isIdentityEncoded, compressors.find(encoding) == nil {
            let known = compressors.acceptEncoding
            return Rejection(
                .unimplemented,
                "the grpc-encoding \"\(encoding.prefix(64))\" is not supported; expected one of \(known)",
                field: .acceptEncoding(known))
        }
        return nil
    }
}

/// How to answer a request without running a handler: always trailers alone.
package struct Rejection: Sendable, Hashable {
    /// A header field that goes with the answer.
    package enum Field: Sendable, Hashable {
        /// `allow: POST`
        case allowPOST
        /// `grpc-accept-encoding`
        case acceptEncoding(String)
    }

    package var httpStatus: Int
    package var status: Status
    package var field: Field?

    package init(_ code: StatusCode, _ message: String, httpStatus: Int = 200, field: Field? = nil) {
        self.httpStatus = httpStatus
        self.status = Status(code, message)
        self.field = field
    }
}
