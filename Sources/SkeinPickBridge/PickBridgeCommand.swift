// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import SkeinCore
import SkeinLab

/// `skein-pick-bridge --policy NAME [--config JSON]`
@main
struct PickBridgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skein-pick-bridge",
        abstract: "Lets a program in any language try a load balancing policy, line by line.",
        discussion: """
            Reads from standard input, times in seconds: init SERVERS CLIENTS SEED CORES; pick TIME CLIENT KEY (- for no \
            key), which it answers with a line: SERVER [PROBE...], or - when the call has to wait; done TIME CLIENT \
            SERVER LATENCY OK HASREPORT RIF LATENCY_ESTIMATE SERVICE_TIME; probed TIME CLIENT SERVER RIF \
            LATENCY_ESTIMATE SERVICE_TIME; probefail TIME CLIENT SERVER; weights W...; replaced TIME SERVER. Other \
            lines are ignored.
            """)

    @Option(help: "The policy's name in configs, e.g. least_request.")
    var policy: String

    @Option(help: "Its config, as a JSON object.")
    var config: String?

    func run() throws {
        let choice =
            try config.map { try LoadBalancing(policy: policy, json: $0) }
            ?? LoadBalancing(policy: policy, json: "{}")
        var bridge = try PickBridge(choice)
        while let line = readLine() {
            guard let answer = bridge.handle(line) else { continue }
            FileHandle.standardOutput.write(Data("\(answer)\n".utf8))
        }
    }
}
