// SPDX-License-Identifier: Apache-2.0
import Foundation
import Skein

/// The totals, and whether the demo has shown what it claims.
struct Verdict {
    /// What each of three servers must get while all of them serve.
    private static let fairShare = 0.25...0.42

    let servers: [String]
    let log: CallLog.Contents
    let stop: Stop

    /// How the server that was stopped took it.
    struct Stop {
        var server: Int
        var signalled: ContinuousClock.Instant
        var exitCode: Int32
    }

    /// Prints all of it.
    func report() -> Bool {
        Screen.write("\nTotals\n" + table() + "\n")
        var isGood = true
        for (claim, holds) in claims() {
            isGood = isGood && holds
            Screen.write((holds ? "  ok      " : "  FAILED  ") + claim + "\n")
        }
        for error in log.failed.prefix(5) { Screen.write("          \(error.debugDescription)\n") }
        return isGood
    }

    private func table() -> String {
        var text = "  " + "server".left(32) + servers.map { $0.right(12) }.joined() + "\n"
        for phase in Phase.allCases {
            let calls = log.calls.filter { $0.phase == phase }
            text += "  " + "share: \(phase.title)".left(32) + shares(calls).map { $0.percent.right(12) }.joined() + "\n"
        }
        let own = servers.indices.map { server in log.calls.filter { $0.server == server } }
        text += "  " + "calls".left(32) + own.map { "\($0.count)".right(12) }.joined() + "\n"
        text += "  " + "latency p50".left(32) + own.map { $0.latency(0.5).milliseconds.right(12) }.joined() + "\n"
        text += "  " + "latency p99".left(32) + own.map { $0.latency(0.99).milliseconds.right(12) }.joined() + "\n"
        return text
    }

    private func claims() -> [(claim: String, holds: Bool)] {
        let fair = "\(Verdict.fairShare.lowerBound.percent) to \(Verdict.fairShare.upperBound.percent)"
        let balanced = Phase.allCases.filter(\.isBalanced).map { phase in
            let all = shares(log.calls.filter { $0.phase == phase })
            return ("\(phase.title): each server got \(fair) of the calls", all.allSatisfy(Verdict.fairShare.contains))
        }
        let lost = "\(log.excused.count) more had been written to the killed server's connection and were lost with it"
        let finished = log.calls.count {
            $0.server == stop.server && $0.ended > stop.signalled && $0.phase.rawValue <= Phase.oneStopped.rawValue
        }
        return balanced + [
            ("the stopped server finished its last \(finished) calls and left with exit code 0", stop.exitCode == 0),
            ("\(log.calls.count) calls went well; \(lost)", true),
            ("\(log.failed.count) calls failed in any other way", log.failed.isEmpty),
        ]
    }

    private func shares(_ calls: [CallLog.Call]) -> [Double] {
        calls.perServer(servers.count).map { Double($0) / Double(max(1, calls.count)) }
    }
}
