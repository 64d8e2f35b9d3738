// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@testable import SkeinClient

@Suite("what a call is to be", .timeLimit(.minutes(1)))
struct CallPlanTests {
    private let method = MethodDescriptor("a.B", "C", .unary)

    private func config(_ change: (inout MethodConfig) -> Void = { _ in }) -> MethodConfig {
        var config = MethodConfig()
        change(&config)
        return config
    }

    private func seconds(_ plan: CallPlan) -> Int? {
        plan.deadline.map { Int((($0.instant - plan.start) / .seconds(1)).rounded()) }
    }

    @Test("without anything there is no deadline, no metadata, fail fast, 4 MiB")
    func empty() {
        let plan = CallPlan(method, .init(), config: nil, compressors: .builtIn)
        #expect(plan.deadline == nil)
        #expect(!plan.waitsForReady)
        #expect(plan.maxResponseBytes == 4 << 20)
        #expect(plan.maxRequestBytes == .max)
        #expect(plan.problem == nil)
        #expect(plan.hash == nil)
    }

    @Test("the soonest of option, instant, config, scope and handler holds, whichever it is", arguments: 0..<5)
    func deadlines(soonest: Int) async {
        let times = (0..<5).map { $0 == soonest ? 10 : 100 + $0 }
        let options = CallOptions.deadline(.seconds(times[0])).deadline(at: .after(.seconds(times[1])))
        let handler = ServerContext(
            method: method, metadata: [:], peer: Peer(address: .unix(path: "x")),
            deadline: .after(.seconds(times[4])))
        let config = config { $0.timeout = .seconds(times[2]) }
        let plan = await ServerContext.$current.withValue(handler) {
            await withDeadline(.seconds(times[3])) { CallPlan(method, options, config: config, compressors: .builtIn) }
        }
        #expect(seconds(plan) == 10)
        #expect(plan.parent === handler)
        let detached = ServerContext.$current.withValue(handler) {
            CallPlan(method, .detached, config: nil, compressors: .builtIn)
        }
        #expect(detached.deadline == nil)
        #expect(detached.parent == nil)
    }

    @Test("the call's word on waiting counts before the config's, the smaller limit holds")
    func merging() {
        let config = config {
            $0.waitForReady = true
            $0.maxRequestBytes = 100
            $0.maxResponseBytes = 200
        }
        #expect(CallPlan(method, .init(), config: config, compressors: .builtIn).waitsForReady)
        #expect(!CallPlan(method, .failFast, config: config, compressors: .builtIn).waitsForReady)
        let plan = CallPlan(
            method, .maxMessageBytes(request: 50, response: 1000), config: config, compressors: .builtIn)
        #expect(plan.maxRequestBytes == 50)
        #expect(plan.maxResponseBytes == 200)
    }

    @Test("metadata that cannot be sent is a problem that names the method")
    func problem() {
        let plan = CallPlan(method, .metadata(["bad name": "x"]), config: nil, compressors: .builtIn)
        #expect(plan.problem?.code == .internal)
        #expect(plan.problem?.message.contains("/a.B/C") == true)
    }

    @Test("a hash key stands for its XXH64, the same in every gRPC implementation; without one there is no hash")
    func hashes() {
        let keyed = CallPlan(method, .hashKey("a"), config: nil, compressors: .builtIn)
        #expect(keyed.hash == 0xd24e_c4f1_a98c_6e5b)
        #expect(CallPlan(method, CallOptions(), config: nil, compressors: .builtIn).hash == nil)
    }
}
