// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// What one look at a name brought.
struct DNSFinding: Sendable {
    var endpoints: [Endpoint]
    /// How long it holds; `nil` when nobody said.
    var validFor: Duration?
    /// `false`: there may be more endpoints, which could not be asked for.
    var isComplete = true
    /// Why there are none, by those who know.
    var denial: String?
    /// `nil`: there is none, or nobody asked.
    var serviceConfig: Result<ServiceConfig, ConfigurationError>?
}
