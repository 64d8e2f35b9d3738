// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinServer

/// The methods of a health service.
struct HealthHandlers: Grpc_Health_V1_Health.Service {
    /// In bytes; a watch keeps the name it asks for.
    static let longestName = 1024

    let watches: HealthWatches

    func check(
        _ request: Grpc_Health_V1_HealthCheckRequest, context: ServerContext
    ) async throws -> Grpc_Health_V1_HealthCheckResponse {
        let status = watches.read { $0.status(of: request.service) }
        guard status != .serviceUnknown else {
            throw RPCError(.notFound, "check \"\(request.service.excerpt)\": this server has no such service")
        }
        return .init(status: status)
    }

    func watch(
        _ request: Grpc_Health_V1_HealthCheckRequest, to responses: ResponseWriter<Grpc_Health_V1_HealthCheckResponse>,
        context: ServerContext
    ) async throws {
        let length = request.service.utf8.count
        guard length <= HealthHandlers.longestName else {
            throw RPCError(
                .invalidArgument,
                "watch a service whose name has \(length) bytes: expected at most \(HealthHandlers.longestName)")
        }
        let (id, wake) = watches.watch(request.service)
        defer { watches.remove(id) }
        var isAwake = wake.makeAsyncIterator()
        repeat {
            var step = watches.next(id)
            while case .send(let status) = step {
                try await responses.write(.init(status: status))
                step = watches.next(id)
            }
            if step == .end {
                throw RPCError(.unavailable, "watch \"\(request.service)\": the server shuts down")
            }
        } while await isAwake.next(isolation: nil) != nil
        throw CancellationError()
    }

    func list(
        _ request: Grpc_Health_V1_HealthListRequest, context: ServerContext
    ) async throws -> Grpc_Health_V1_HealthListResponse {
        guard let list = watches.read({ $0.list }) else {
            throw RPCError(
                .resourceExhausted, "list services: this server has more than \(HealthBoard.listLimit) to name")
        }
        return .init(statuses: list.mapValues { .init(status: $0) })
    }
}
