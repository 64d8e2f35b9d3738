// SPDX-License-Identifier: Apache-2.0
import InteropProtos
import Skein

/// Large unary calls one after the other. No call has a deadline: how late one is, is worth knowing.
struct SoakTest {
    let bed: TestBed
    /// A channel for each call, which is made within the time measured and closed outside of it.
    let hasChannelPerCall: Bool

    func run() async throws {
        let options = bed.soak
        let request = SimpleRequest(responseSize: options.responseSize, payload: .zeros(options.requestSize))
        var result = SoakResult(options)
        let start = ContinuousClock.now
        for iteration in 0..<options.iterations {
            let callStart = ContinuousClock.now
            guard callStart - start < .seconds(options.overallSeconds) else { break }
            let channel = hasChannelPerCall ? try bed.connection.makeChannel() : bed.channel
            let outcome = await call(channel, request)
            let elapsed = ContinuousClock.now - callStart
            let verdict = result.record(elapsed, failure: outcome.failure)
            let milliseconds = Int(elapsed / .milliseconds(1))
            Report.line(
                "soak iteration: \(iteration) elapsed_ms: \(milliseconds) peer: \(outcome.peer) "
                    + "server_uri: \(bed.connection.address) \(verdict)")
            if hasChannelPerCall { await channel.shutDown(grace: .zero) }
            try await Task.sleep(until: callStart + .milliseconds(options.minMillisecondsBetweenCalls))
        }
        Report.line(result.summary)
        if let problem = result.problem { throw Unmet(problem) }
    }

    private func call(_ channel: Channel, _ request: SimpleRequest) async -> (peer: String, failure: String?) {
        do {
            let response = try await Grpc_Testing_TestService.Client(channel).unaryCall.response(request)
            let peer = response.endpoint?.description ?? "none"
            let size = response.message.payload?.body.count ?? 0
            guard size == Int(request.responseSize) else { return (peer, "the payload has \(size) bytes") }
            return (peer, nil)
        } catch {
            return (error.attempts.last?.endpoint?.description ?? "none", "\(error)")
        }
    }
}

extension TestCase {
    static let soak = [
        TestCase("rpc_soak", isSoak: true) { bed in try await SoakTest(bed: bed, hasChannelPerCall: false).run() },
        TestCase("channel_soak", isSoak: true) { bed in try await SoakTest(bed: bed, hasChannelPerCall: true).run() },
    ]
}
