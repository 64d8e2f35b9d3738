// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// The header fields of a request to send. Paths, authorities and user agents are checked where they come from.
package struct OutgoingRequest: Sendable {
    package var path: String
    package var authority: String
    package var scheme: String
    /// The time left; nothing is sent for `nil`.
    package var timeout: Duration?
    package var metadata: Metadata
    /// E.g. `proto`; empty for plain `application/grpc`.
    package var contentSubtype: String
    package var userAgent: String
    /// How messages that are marked so are compressed; `nil` when none is.
    package var encoding: String?
    /// How the server's messages may be compressed.
    package var acceptEncoding: String
    /// Whether the server is to say how loaded it is.
    package var asksForLoad = false

    package init(
        path: String, authority: String, scheme: String = "http", timeout: Duration? = nil, metadata: Metadata = [:],
        contentSubtype: String = "proto", userAgent: String = "", encoding: String? = nil,
        acceptEncoding: String = "identity"
    ) {
        self.path = path
        self.authority = authority
        self.scheme = scheme
        self.timeout = timeout
        self.metadata = metadata
        self.contentSubtype = contentSubtype
        self.userAgent = userAgent
        self.encoding = encoding
        self.acceptEncoding = acceptEncoding
    }
}

/// The header fields of a response to send.
package struct OutgoingResponse: Sendable {
    package var metadata: Metadata
    package var contentSubtype: String
    /// How messages that are marked so are compressed; `nil` when none is.
    package var encoding: String?
    /// How the client's next messages may be compressed.
    package var acceptEncoding: String

    package init(
        metadata: Metadata = [:], contentSubtype: String = "proto", encoding: String? = nil,
        acceptEncoding: String = "identity"
    ) {
        self.metadata = metadata
        self.contentSubtype = contentSubtype
        self.encoding = encoding
        self.acceptEncoding = acceptEncoding
    }
}

/// How a call ends on the wire.
package struct OutgoingTrailers: Sendable {
    package var status: Status
    package var metadata: Metadata
    /// How loaded the server is, for a client that wants to know.
    package var load: ServerLoad?

    package init(status: Status, metadata: Metadata = [:], load: ServerLoad? = nil) {
        self.load = load
        self.status = status
        self.metadata = metadata
    }
}
