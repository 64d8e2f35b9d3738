// SPDX-License-Identifier: Apache-2.0
import Skein
import SkeinCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Calls that start at a fixed rate, whether or not those before have ended: a server that stalls shows in all of them.
struct TargetLoad: Sendable {
    private enum Outcome: Sendable {
        /// In seconds.
        case success(Double)
        case failure(StatusCode, String)
    }

    private let port: Int
    private let calls: Int
    /// Per second.
    private let rate: Int
    private let connections: Int
    private let deadline: Duration
    private let method: Method<Buffer, Buffer>

    init(_ arguments: TargetArguments) {
        port = arguments.number("port", 0)
        calls = arguments.number("calls", 1000)
        rate = max(1, arguments.number("rate", 250))
        connections = max(1, arguments.number("connections", 4))
        deadline = .milliseconds(arguments.number("deadline", 20_000))
        method = arguments.text("method", "Echo") == "Wait" ? TargetService.wait : TargetService.echo
    }

    /// The figures, as JSON.
    func run() async throws -> String {
        let channels = try (0..<connections).map { _ in try Channel("ipv4:127.0.0.1:\(port)", security: .plaintext) }
        // Connections come first: the calls show how the server serves those that it has.
        for channel in channels { _ = await call(TargetService.echo, on: channel, .deadline(.seconds(20)).waitForReady) }
        print("ready")
        fflush(nil)
        let start = ContinuousClock.now
        let outcomes = await withTaskGroup(of: Outcome.self) { group in
            for index in 0..<calls {
                try? await Task.sleep(until: start + .seconds(1) * index / rate, clock: .continuous)
                let channel = channels[index % channels.count]
                group.addTask { await call(method, on: channel, .deadline(deadline)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for channel in channels { await channel.shutDown(grace: .zero) }
        return report(outcomes)
    }

    private func call(
        _ method: Method<Buffer, Buffer>, on channel: Channel, _ options: CallOptions
    ) async -> Outcome {
        let start = ContinuousClock.now
        do throws(RPCError) {
            let reply = try await UnaryMethod(method, on: channel)(Buffer("hello".utf8), options)
            guard reply.count == 5 else { throw RPCError(.dataLoss, "a reply of \(reply.count) bytes") }
            return .success((ContinuousClock.now - start) / .seconds(1))
        } catch {
            return .failure(error.code, error.message)
        }
    }

    private func report(_ outcomes: [Outcome]) -> String {
        var times: [Double] = []
        var codes: [String: Int] = [:]
        var first = ""
        for outcome in outcomes {
            switch outcome {
            case .success(let time): times.append(time)
            case .failure(let code, let message):
                codes["\(code)", default: 0] += 1
                if first.isEmpty { first = message }
            }
        }
        times.sort()
        let quantile = { (share: Double) in times.isEmpty ? 0 : times[Int(share * Double(times.count - 1))] * 1000 }
        let failures = codes.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
        return """
            {"calls": \(outcomes.count), "ok": \(times.count), "p50": \(quantile(0.5)), "p99": \(quantile(0.99)), \
            "max": \(quantile(1)), "failures": {\(failures)}, "first": \(quoted(first))}
            """
    }

    private func quoted(_ text: String) -> String {
        "\"" + text.map { $0 == "\"" || $0 == "\\" || $0.isNewline ? "?" : String($0) }.joined() + "\""
    }
}
