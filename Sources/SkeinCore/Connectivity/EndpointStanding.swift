// SPDX-License-Identifier: Apache-2.0

/// How sure it is that an endpoint is the server that a list says it is.
package enum EndpointStanding: Sendable, Hashable {
    case listed
    /// Its registry has been silent for long. A connection that is there stays; one that was lost may be made again for
    /// an hour, later only with a verified TLS identity: addresses are reused.
    case unconfirmed
    /// Its registry does not name it any more. It is used as long as it is connected, and never connected again.
    case kept
}

extension EndpointStanding: EndpointAttribute {
    package static var defaultValue: EndpointStanding { .listed }
}
