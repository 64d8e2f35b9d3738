// SPDX-License-Identifier: Apache-2.0
import Foundation
import Skein
import Synchronization

/// Every call made, by server and phase. Written by the load, read by the screen and the verdict.
final class CallLog: Sendable {
    /// A call that went well.
    struct Call: Sendable {
        var server: Int
        /// The phase in which it started.
        var phase: Phase
        var ended: ContinuousClock.Instant
        var latency: Duration
    }

    /// A snapshot of the log.
    struct Contents: Sendable {
        var calls: [Call] = []
        /// Lost with the connection of the killed server, after they had been written to it.
        var excused: [RPCError] = []
        /// Failed in any other way: there must be none.
        var failed: [RPCError] = []
    }

    private struct State {
        var contents = Contents()
        var phase = Phase.allServe
        var killed: (server: Endpoint.Identity, at: ContinuousClock.Instant)?
        var isClosed = false
    }

    /// How long after a kill a call may still be found to have been on its connection.
    private static let killWindow: Duration = .seconds(1)

    private let servers: [Endpoint.Identity]
    private let state = Mutex(State())

    init(_ servers: [EndpointAddress]) { self.servers = servers.map { Endpoint($0).identity } }

    var contents: Contents { state.withLock { $0.contents } }
    /// Whether no more calls are to be made.
    var isClosed: Bool { state.withLock { $0.isClosed } }
    var phase: Phase { state.withLock { $0.phase } }

    func begin(_ phase: Phase) { state.withLock { $0.phase = phase } }
    func close() { state.withLock { $0.isClosed = true } }

    /// To be called just before the server is killed.
    func willKill(_ server: Int) { state.withLock { $0.killed = (servers[server], .now) } }

    func succeeded(by endpoint: Endpoint.Identity?, in phase: Phase, after latency: Duration) {
        guard let server = servers.firstIndex(where: { $0 == endpoint }) else { return }
        let call = Call(server: server, phase: phase, ended: .now, latency: latency)
        state.withLock { $0.contents.calls.append(call) }
    }

    func failed(_ error: RPCError) {
        state.withLock { state in
            if let killed = state.killed, error.code == .unavailable, let attempt = error.attempts.last,
                attempt.endpoint == killed.server, attempt.fate == .processed,
                ContinuousClock.now - killed.at < CallLog.killWindow
            {
                state.contents.excused.append(error)
            } else {
                state.contents.failed.append(error)
            }
        }
    }
}

extension [CallLog.Call] {
    /// How many calls each of `count` servers answered.
    func perServer(_ count: Int) -> [Int] {
        reduce(into: [Int](repeating: 0, count: count)) { $0[$1.server] += 1 }
    }

    /// The latency that `share` of the calls did not exceed; `nil` without calls.
    func latency(_ share: Double) -> Duration? {
        let sorted = map(\.latency).sorted()
        return sorted.isEmpty ? nil : sorted[Swift.min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
}
