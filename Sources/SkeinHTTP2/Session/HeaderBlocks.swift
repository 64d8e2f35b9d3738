// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// gRPC's header blocks.
extension HeaderWriter {
    mutating func writeRequest(_ request: borrowing OutgoingRequest) {
        begin()
        add(":method", "POST")
        if request.scheme == "http" {
            add(":scheme", "http")
        } else if request.scheme == "https" {
            add(":scheme", "https")
        } else {
            add(":scheme", request.scheme)
        }
        add(":path", request.path)
        add(":authority", request.authority)
        if let timeout = request.timeout {
            let (value, unit) = GRPCTimeout.parts(timeout)
            addNotIndexed("grpc-timeout", number: value, unit: unit)
        }
        add("te", "trailers")
        addContentType(request.contentSubtype)
        if let encoding = request.encoding { add("grpc-encoding", encoding) }
        add("grpc-accept-encoding", request.acceptEncoding)
        if !request.userAgent.isEmpty { add("user-agent", request.userAgent) }
        if request.asksForLoad { add(ServerLoadText.name, "1") }
        add(request.metadata)
    }

    mutating func writeResponse(_ response: borrowing OutgoingResponse) {
        begin()
        add(":status", "200")
        addContentType(response.contentSubtype)
        if let encoding = response.encoding { add("grpc-encoding", encoding) }
        add("grpc-accept-encoding", response.acceptEncoding)
        add(response.metadata)
    }

    mutating func writeTrailers(_ trailers: borrowing OutgoingTrailers) {
        begin()
        addEnding(trailers)
    }

    mutating func writeTrailersOnly(
        _ trailers: borrowing OutgoingTrailers, httpStatus: Int, contentSubtype: String, field: Rejection.Field?
    ) {
        begin()
        if httpStatus == 200 {
            add(":status", "200")
        } else {
            add(":status", number: Int64(httpStatus))
        }
        addContentType(contentSubtype)
        switch field {
        case .allowPOST: add("allow", "POST")
        case .acceptEncoding(let names): add("grpc-accept-encoding", names)
        case nil: break
        }
        addEnding(trailers)
    }

    private mutating func addContentType(_ subtype: String) {
        if subtype == "proto" {
            add("content-type", "application/grpc+proto")
        } else if subtype.isEmpty {
            add("content-type", "application/grpc")
        } else {
            add("content-type", "application/grpc+", subtype)
        }
    }

    private mutating func addEnding(_ trailers: borrowing OutgoingTrailers) {
        let code = Int(trailers.status.code.rawValue)
        let digits: StaticString = "012345678910111213141516"
        if code < 10 {
            add("grpc-status", literal: digits.utf8Start + code, 1)
        } else {
            add("grpc-status", literal: digits.utf8Start + 10 + (code - 10) * 2, 2)
        }
        if !trailers.status.message.isEmpty {
            addNotIndexed("grpc-message", PercentEncoding.encode(trailers.status.message))
        }
        if let load = trailers.load { addNotIndexed(load) }
        add(trailers.metadata)
    }

    /// What cannot be sent is left out: a peer must not lose a connection over a handler's bad value.
    private mutating func add(_ metadata: borrowing Metadata) {
        guard !metadata.isEmpty else { return }
        let isClean = MetadataEncoding.problem(in: metadata) == nil
        for element in copy metadata {
            if !isClean, MetadataEncoding.problem(in: Metadata(dictionaryLiteral: (element.name, element.value))) != nil
            {
                continue
            }
            add(element.name, MetadataEncoding.wireValue(element.value))
        }
    }
}
