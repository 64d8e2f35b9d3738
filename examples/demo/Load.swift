// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Skein

/// The client's work: eight loops, about 350 calls a second together, until the log is closed.
struct Load {
    let greeter: Helloworld_Greeter.Client
    let log: CallLog

    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for loop in 1...8 { group.addTask { await callInTurn("caller \(loop)") } }
        }
    }

    private func callInTurn(_ name: String) async {
        while !log.isClosed {
            let (phase, start) = (log.phase, ContinuousClock.now)
            do throws(RPCError) {
                let response = try await greeter.sayHello.response(.init(name: name), .deadline(.seconds(5)))
                log.succeeded(by: response.endpoint, in: phase, after: .now - start)
            } catch {
                log.failed(error)
            }
            try? await Task.sleep(for: .milliseconds(8))
        }
    }
}
