// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore

/// `file:///path` or `file:relative`: the endpoints that a file lists, read again whenever it changes.
///
/// The file is looked at every 200 ms and read once it has rested for one look, so a change takes effect within half a
/// second. A file that cannot be read, or is wrong, leaves the last good list in place and is logged once per change.
package struct FileResolver: Resolver {
    package static let schemes = ["file"]

    static let pollInterval: Duration = .milliseconds(200)
    private static let maxBytes = 16 << 20

    private let target: Target
    private let path: String
    private let context: ResolverContext

    /// A file's path is nobody else's business.
    package static func serviceAuthority(of target: Target) -> String { "localhost" }

    package init(_ target: Target, _ context: ResolverContext) throws {
        try target.allowNoAuthority()
        try target.allowQuery([])
        path = target.absolutePath
        guard !path.isEmpty, !path.hasSuffix("/") else { throw target.error(expected: "the path of a file") }
        if let nul = path.firstIndex(of: "\0") {
            throw target.error(at: path.distance(from: path.startIndex, to: nul), expected: "no NUL")
        }
        self.target = target
        self.context = context
    }

    package nonisolated(nonsending) func run(_ updates: ResolutionUpdates) async throws {
        var watch = FileWatch()
        var hasGoodList = false
        while true {
            let step = try await context.blocking.run { [watch] in poll(watch) }
            watch = step.watch
            switch step.result {
            case nil: break
            case .success(let endpoints):
                hasGoodList = true
                updates.publish(Resolution(endpoints, note: "\(target)"))
            case .failure(let error):
                let outlook = hasGoodList ? "keep the last endpoints of" : "find no endpoints for"
                context.logger.warning("\(outlook) \(target): \(error)")
                if !hasGoodList { updates.publish(RPCError(.unavailable, "\(error)")) }
            }
            try await updates.waitForRefresh(atMost: FileResolver.pollInterval)
        }
    }

    struct Step: Sendable {
        var watch: FileWatch
        /// `nil`: nothing new.
        var result: Result<[Endpoint], ConfigurationError>?
    }

    /// One look at the file, which blocks. Errors name the file.
    func poll(_ watch: FileWatch) -> Step {
        var next = watch
        let signature = FileSignature(path: path)
        guard next.shouldRead(signature) else { return Step(watch: next) }
        do throws(ConfigurationError) {
            let bytes = try FileSignature.read(path, limit: FileResolver.maxBytes)
            // Changed meanwhile: what was read may be half of it.
            guard FileSignature(path: path) == signature else { return Step(watch: watch) }
            return Step(watch: next, result: .success(try EndpointFile.parse(bytes)))
        } catch {
            return Step(watch: next, result: .failure(ConfigurationError("read \(path): \(error)")))
        }
    }
}
