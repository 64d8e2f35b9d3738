// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTransport

/// Asks a call's credentials for their metadata.
struct CallAuthorization {
    let authority: String
    /// Whether the channel's connections are encrypted.
    let isSecure: Bool

    /// `plan` with what its credentials add, or with the reason why it cannot start.
    nonisolated(nonsending) func authorize(
        _ plan: consuming CallPlan, _ credentials: CallCredentials
    ) async -> CallPlan {
        guard plan.problem == nil else { return plan }
        guard isSecure || credentials.allowsPlaintext else {
            plan.fail(
                RPCError(
                    .unauthenticated,
                    "call \(plan.method): its credentials may not be sent in plaintext; use security .tls, or allow it "
                        + "with CallCredentials(allowsPlaintext: true)"))
            return plan
        }
        let request = CallCredentials.Request(method: plan.method, authority: authority)
        do {
            plan.add(try await CallAuthorization.metadata(credentials, request, plan.deadline))
        } catch {
            plan.fail(CallAuthorization.failure(error, of: plan.method))
        }
        return plan
    }

    private struct DeadlinePassed: Error {}

    private nonisolated(nonsending) static func metadata(
        _ credentials: CallCredentials, _ request: CallCredentials.Request, _ deadline: Deadline?
    ) async throws -> Metadata {
        guard let deadline else { return try await credentials.provider(request) }
        return try await withThrowingTaskGroup(of: Metadata.self) { group in
            group.addTask { try await credentials.provider(request) }
            group.addTask {
                try await Task.sleep(until: deadline.instant, clock: .continuous)
                throw DeadlinePassed()
            }
            defer { group.cancelAll() }
            return try await group.next() ?? [:]
        }
    }

    private static func failure(_ error: any Error, of method: MethodDescriptor) -> RPCError {
        switch error {
        case is DeadlinePassed:
            RPCError(.deadlineExceeded, "call \(method): the deadline passed while its credentials were asked")
        case _ where Task.isCancelled: .taskCancelled
        case let error as RPCError:
            RPCError(
                error.code.fromControlPlane, "call \(method): its credentials failed: \(error.message)",
                metadata: error.metadata, cause: error)
        default: RPCError(.unauthenticated, "call \(method): its credentials failed: \(error)", cause: error)
        }
    }
}
