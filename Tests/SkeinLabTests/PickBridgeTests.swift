// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import TestSupport
import Testing

@testable import SkeinLab

struct PickBridgeTests {
    private func bridge(_ policy: String, config: String = "{}", _ lines: String...) throws -> PickBridge {
        var bridge = try PickBridge(LoadBalancing(policy: policy, json: config))
        for line in lines { #expect(bridge.handle(line) == nil) }
        return bridge
    }

    private func server(_ answer: String?) throws -> Int {
        let word = try #require(answer?.split(separator: " ").first)
        return try #require(Int(word))
    }

    @Test("a call goes to the server with the fewest that are not done")
    func counting() throws {
        var bridge = try bridge("least_connections", "init 3 2 1 4")
        let servers = try (0..<3).map { try server(bridge.handle("pick 0.\($0) 0 -")) }
        #expect(Set(servers) == [0, 1, 2])
        _ = bridge.handle("done 0.5 0 \(servers[1]) 0.1 1 0 0 0 0")
        // Another client counts for itself.
        _ = bridge.handle("pick 0.5 1 -")
        #expect(try server(bridge.handle("pick 0.6 0 -")) == servers[1])
    }

    @Test("the same key goes to the same server, and no key anywhere")
    func keys() throws {
        var bridge = try bridge("maglev", "init 10 1 1 4")
        let same = try (0..<20).map { _ in try server(bridge.handle("pick 1 0 word")) }
        #expect(Set(same).count == 1)
        for none in ["-", "-1", ""] {
            let any = try (0..<20).map { _ in try server(bridge.handle("pick 1 0 \(none)")) }
            #expect(Set(any).count > 3)
        }
    }

    @Test("weights count, a replaced server is one of which nothing is known")
    func weights() throws {
        var bridge = try bridge("weighted_round_robin", "init 3 1 1 4", "weights 0.5 0.25 0.25")
        let counts = try (0..<40).map { _ in try server(bridge.handle("pick 1 0 -")) }
        #expect((0..<3).map { number in counts.count { $0 == number } } == [20, 10, 10])
        var fresh = try self.bridge("least_connections", "init 2 1 1 4")
        for _ in 0..<4 { _ = fresh.handle("pick 1 0 -") }
        #expect(fresh.handle("replaced 2 1") == nil)
        for _ in 0..<2 { #expect(try server(fresh.handle("pick 3 0 -")) == 1) }
    }

    @Test("a pick names servers to ask, until they have failed to answer three times")
    func probes() throws {
        var bridge = try bridge("expected_delay", config: #"{"probesPerCall": 3}"#, "init 5 1 1 4")
        func asked(_ second: Int) -> [String] {
            let answer = bridge.handle("pick \(second) 0 -") ?? ""
            return answer.split(separator: " ").dropFirst().map(String.init)
        }
        var all: Set<String> = []
        for second in 1...30 {
            let servers = asked(second)
            all.formUnion(servers)
            for server in servers + servers + servers { _ = bridge.handle("probefail \(second) 0 \(server)") }
        }
        #expect(all.count > 2)
        #expect(asked(40).isEmpty)
        _ = bridge.handle("probed 41 0 2 0 0.1 0.1")
        #expect(Set((42...80).flatMap(asked)) == ["2"])
    }

    @Test("reports decide where a policy that reads them sends calls")
    func reports() throws {
        var bridge = try bridge("expected_delay", "init 4 1 1 1")
        for server in 0..<4 { _ = bridge.handle("probed 1 0 \(server) \(server == 2 ? 0 : 50) 0.1 0.1") }
        #expect(try server(bridge.handle("pick 1.01 0 -")) == 2)
    }

    @Test("lines that are unknown or wrong change nothing, whatever is in them")
    func hostile() throws {
        var bridge = try bridge("auto", "init 4 2 1 4")
        let words = [
            "-1", "nan", "inf", "1e400", "99999999999999999999", "", "x", "0", "3", "-0.5", "é", "1e18", "1e5",
        ]
        var chance = Chance(seed: 11)
        let verbs = ["init", "pick", "done", "probed", "probefail", "weights", "replaced", "hello", ""]
        for _ in 0..<1_000 {
            let verb = verbs[chance.index(below: verbs.count)]
            // A new start is tested apart: it would forget everything.
            let count = verb == "init" ? chance.index(below: 4) : chance.index(below: 11)
            let line = ([verb] + (0..<count).map { _ in words[chance.index(below: words.count)] }).joined(
                separator: " ")
            let answer = bridge.handle(line)
            #expect((answer == nil) == (line.split(separator: " ").first != "pick"), "\(line)")
        }
        #expect((0..<4).contains(try server(bridge.handle("pick 1e6 1 -"))))
        for wrong in ["init 0 1 1 1", "init 1 0 1 1", "init 100000000 100000 1 1", "init 1 1 x 1", "init 1 1 1"] {
            #expect(bridge.handle(wrong) == nil)
            #expect((0..<4).contains(try server(bridge.handle("pick 1e6 1 -"))), "\(wrong)")
        }
    }

    @Test("before the start there is nothing to pick")
    func early() throws {
        var bridge = try bridge("auto")
        #expect(bridge.handle("pick 0 0 -") == "-")
    }

    @Test("the program answers every pick with a line at once")
    func program() throws {
        let process = Process()
        process.executableURL = try BuiltProgram.find("skein-pick-bridge")
        process.arguments = ["--policy", "round_robin"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(Data("init 4 1 9 4\n".utf8))
        var servers: Set<String> = []
        for step in 0..<4 {
            input.fileHandleForWriting.write(Data("noise\npick \(step) 0 -\n".utf8))
            // The next line is written only when this one was answered.
            servers.insert(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self))
        }
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(servers == ["0\n", "1\n", "2\n", "3\n"])
    }
}
