// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import SkeinCore
import Testing

/// Looks every millisecond until `condition` holds, for `limit` at most. No thread is blocked meanwhile.
func eventually(
    within limit: Duration = .seconds(40), _ what: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async rethrows {
    let end = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < end else {
            Issue.record(what ?? "the condition did not come true within \(limit)", sourceLocation: sourceLocation)
            return
        }
        await pause()
    }
}

/// Lets a millisecond pass.
func pause() async {
    let tick = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: .milliseconds(1)) {}
    try? await tick.futureResult.get()
}

/// What `body` throws, if that is an `RPCError`; anything else is an issue.
func rpcError(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> some Any
) async -> RPCError? {
    do {
        let value = try await body()
        Issue.record("expected an error, got \(value)", sourceLocation: sourceLocation)
    } catch let error as RPCError {
        return error
    } catch {
        Issue.record("expected an RPCError, got \(error)", sourceLocation: sourceLocation)
    }
    return nil
}
