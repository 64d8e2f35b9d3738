// SPDX-License-Identifier: Apache-2.0

/// Says who makes a call, by metadata: a token that is fetched, cached and renewed elsewhere.
///
/// The provider is asked in the caller's task before a call is first sent, again for each retry, and many times at
/// once. Its time counts against the call's deadline; it must end when its task is cancelled. An `RPCError` that it
/// throws ends the call, codes that only servers may use as `internal` (gRFC A54), any other error as
/// `unauthenticated`.
public final class CallCredentials: Sendable {
    /// What the metadata is for.
    public struct Request: Sendable {
        public let method: MethodDescriptor
        /// The `:authority` of the call.
        public let authority: String

        package init(method: MethodDescriptor, authority: String) {
            self.method = method
            self.authority = authority
        }

        /// The service as tokens name it, without a method, e.g. `https://greeter.internal/helloworld.Greeter`.
        public var audience: String {
            let host = authority.hasSuffix(":443") ? authority.dropLast(4) : authority[...]
            return "https://\(host)/\(method.service)"
        }
    }

    public typealias Provider = @Sendable (Request) async throws -> Metadata

    package let provider: Provider
    package let allowsPlaintext: Bool

    /// - Parameters:
    ///   - allowsPlaintext: whether the metadata may be sent without TLS, where others can read it. Otherwise such
    ///     calls fail with `unauthenticated`, and the provider is not asked.
    ///   - provider: the metadata to add.
    public init(allowsPlaintext: Bool = false, _ provider: @escaping Provider) {
        self.allowsPlaintext = allowsPlaintext
        self.provider = provider
    }

    /// Sends `authorization: Bearer …` with the token that `token` gives.
    public static func bearer(_ token: @escaping @Sendable () async throws -> String) -> CallCredentials {
        CallCredentials { _ in ["authorization": .text("Bearer \(try await token())")] }
    }
}
