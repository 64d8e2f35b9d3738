// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinHTTP2

/// What the requests of a channel have in common.
struct RequestTemplate: Sendable {
    let authority: String
    let scheme: String
    let userAgent: String
    let acceptEncoding: String

    /// The head of a request that belongs to no call.
    func request(to method: MethodDescriptor) -> OutgoingRequest {
        OutgoingRequest(
            path: method.path, authority: authority, scheme: scheme, userAgent: userAgent,
            acceptEncoding: acceptEncoding)
    }

    /// The head of an attempt.
    func request(for plan: CallPlan, asksForLoad: Bool) -> OutgoingRequest {
        var request = OutgoingRequest(
            path: plan.method.path, authority: authority, scheme: scheme, metadata: plan.metadata, userAgent: userAgent,
            encoding: plan.compressor?.name, acceptEncoding: acceptEncoding)
        request.asksForLoad = asksForLoad
        return request
    }
}
