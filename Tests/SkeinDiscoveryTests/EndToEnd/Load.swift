// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Skein
import SkeinDiscovery
import Synchronization

/// Calls that a channel makes all the time, as long as this object lives.
final class Load: Sendable {
    private struct State {
        var answers: [String: Int] = [:]
        var failures: [RPCError] = []
    }

    private final class Log: Sendable {
        let state = Mutex(State())
    }

    static let callers = 4

    private let log: Log
    private let task: Task<Void, Never>

    init(_ target: String) throws {
        let channel = try Channel(target, security: .plaintext, options: .discovery.loadBalancing(.roundRobin))
        let log = Log()
        self.log = log
        task = Task {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<Load.callers { group.addTask { await Load.call(channel, log) } }
            }
            await channel.shutDown(grace: .zero)
        }
    }

    deinit { task.cancel() }

    private static func call(_ channel: Channel, _ log: Log) async {
        let greeter = Helloworld_Greeter.Client(channel)
        while !Task.isCancelled {
            do throws(RPCError) {
                let reply = try await greeter.sayHello(.init(name: "x"), .deadline(.seconds(30)).waitForReady)
                log.state.withLock { $0.answers[reply.message, default: 0] += 1 }
            } catch {
                if !Task.isCancelled { log.state.withLock { $0.failures.append(error) } }
            }
            try? await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Who answered, and how often, since this was asked the last time.
    func takeAnswers() -> [String: Int] {
        log.state.withLock { state in
            defer { state.answers = [:] }
            return state.answers
        }
    }

    /// The calls that failed since this was asked the last time.
    func takeFailures() -> [RPCError] {
        log.state.withLock { state in
            defer { state.failures = [] }
            return state.failures
        }
    }
}
