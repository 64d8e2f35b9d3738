// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

/// The client of gRPC's interoperability tests.
@main
struct InteropClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skein-interop-client",
        abstract: "Runs gRPC's interoperability tests against a server of grpc.testing.TestService.",
        discussion: """
            Prints "ok CASE" or "fail CASE: REASON" for each case, and ends with 1 when one failed. The cases: \
            \(TestCase.all.map { $0.name }.joined(separator: ", ")).
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup(title: "Soak Options") var soak: SoakOptions

    @Option(
        name: .customLong("case"), parsing: .upToNextOption,
        help: ArgumentHelp("The cases to run; all of them for \"all\".", valueName: "name"))
    var names: [String]

    @Option(help: ArgumentHelp("The seconds that one case may take, soak tests apart.", valueName: "seconds"))
    var timeout = 60

    func validate() throws {
        guard !names.isEmpty else { throw ValidationError("--case needs a name") }
        for name in names where name != "all" && TestCase.named(name) == nil {
            throw ValidationError("there is no case \"\(name)\"")
        }
    }

    func run() async throws {
        let cases = names.contains("all") ? TestCase.all : names.compactMap(TestCase.named)
        var failures = 0
        for test in cases {
            let problem = await problem(of: test)
            if problem != nil { failures += 1 }
            Report.line(problem.map { "fail \(test.name): \($0)" } ?? "ok \(test.name)")
        }
        if failures > 0 { throw ExitCode(1) }
    }

    /// Why the case does not pass; `nil` if it does. Each has a channel of its own.
    private func problem(of test: TestCase) async -> String? {
        do {
            try await connection.withChannel { channel in
                let bed = TestBed(channel: channel, connection: connection, soak: soak)
                try await finish(within: .seconds(test.isSoak ? soak.overallSeconds + 60 : timeout)) {
                    try await test.run(bed)
                }
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Cancels `body` after `limit`.
    private func finish(within limit: Duration, _ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw Unmet("still running after \(limit)")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
