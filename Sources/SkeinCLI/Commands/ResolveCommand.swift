// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import SkeinCore
import SkeinDiscovery
import SkeinResolution

/// `skein resolve`
struct ResolveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Prints what a target resolves to.",
        discussion: """
            Any target that a channel takes: dns:///greeter:50051, dns+srv:///greeter.prod, ipv4:10.0.0.7:443, file:///etc/endpoints.json, \
            etcd://10.0.0.1:2379/greeter … One line for each endpoint: its addresses, then what is known of it.
            """)

    @Argument(help: "The target.")
    var target: String

    @Flag(help: "Go on, and print the whole list again whenever it changes.")
    var watch = false

    @Option(help: "Seconds to wait for the first list.")
    var timeout = 30.0

    func validate() throws {
        guard timeout > 0, timeout <= 86_400 else {
            throw ValidationError("--timeout is \(timeout): expected more than 0 and at most 86400")
        }
    }

    func run() async throws {
        var resolvers = ResolverRegistry.builtIn
        resolvers.register(RegistryCatalog.builtIn)
        let resolutions = try resolvers.resolutions(of: target)
        let isFirst = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await follow(resolutions) }
            if !watch {
                group.addTask {
                    try await Task.sleep(for: .seconds(timeout))
                    return false
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
        guard isFirst else {
            throw RPCError(.deadlineExceeded, "resolve \(target): no answer within \(timeout) s")
        }
    }

    /// Whether there was a list. Returns after the first unless the target is watched; what fails meanwhile is printed.
    private func follow(_ resolutions: ResolutionSequence) async throws -> Bool {
        // Some resolvers publish each time they look, whether anything has changed or not.
        var last: String?
        for await result in resolutions {
            switch result {
            case .success(let resolution):
                let text = ResolutionReport(resolution, at: nil).text
                if text == last { continue }
                last = text
                print(ResolutionReport(resolution, at: watch ? Date.now : nil).text)
                if !watch { return true }
            case .failure(let error):
                guard watch else { throw error }
                FileHandle.standardError.write(Data("\(error.message)\n".utf8))
            }
            fflush(nil)
        }
        return true
    }
}
