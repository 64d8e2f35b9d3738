// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Foundation
import Skein
import SkeinDiscovery

/// A client that calls all the time, and says every second who has answered.
@MainActor
final class CallerProgram {
    private let channel: Channel
    private let seconds: Int
    private var answers: [String: Int] = [:]
    private var isOver = false

    init(target: String, seconds: Int) throws {
        channel = try Channel(target, security: .plaintext, options: .discovery.loadBalancing(.roundRobin))
        self.seconds = seconds
    }

    func run() async throws {
        let callers = (1...4).map { _ in Task { await call() } }
        for _ in 0..<seconds {
            answers = [:]
            try await Task.sleep(for: .seconds(1))
            let shares = answers.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            FileHandle.standardOutput.write(Data("    answers: \(shares.joined(separator: ", "))\n".utf8))
        }
        isOver = true
        for caller in callers { caller.cancel() }
        for caller in callers { await caller.value }
        await channel.shutDown()
    }

    private func call() async {
        let greeter = Helloworld_Greeter.Client(channel)
        while !isOver {
            do throws(RPCError) {
                let reply = try await greeter.sayHello(.init(name: "you"), .deadline(.seconds(10)).waitForReady)
                answers[reply.message, default: 0] += 1
            } catch {
                answers["\(error.code)", default: 0] += 1
            }
            try? await Task.sleep(for: .milliseconds(2))
        }
    }
}
