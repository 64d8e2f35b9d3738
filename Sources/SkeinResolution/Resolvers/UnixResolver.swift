// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `unix:path`, `unix:///absolute/path` and, on Linux, `unix-abstract:name`: one endpoint, never changing.
package struct UnixResolver: Resolver {
    package static let schemes = ["unix", "unix-abstract"]

    /// What fits the system's socket address beside a final NUL.
    private static let maxPathBytes = 103

    private let resolution: Resolution

    package static func serviceAuthority(of target: Target) -> String { "localhost" }

    package init(_ target: Target, _ context: ResolverContext) throws {
        try target.allowNoAuthority()
        try target.allowQuery([])
        let isAbstract = target.scheme == "unix-abstract"
        #if !os(Linux)
            if isAbstract { throw target.error(expected: "a unix: target, as abstract sockets exist on Linux only") }
        #endif
        let path = isAbstract ? target.path : target.absolutePath
        guard !path.isEmpty, path != "/" else {
            throw target.error(expected: isAbstract ? "the name of an abstract socket" : "the path of a socket")
        }
        guard path.utf8.count <= UnixResolver.maxPathBytes else {
            throw target.error(expected: "at most \(UnixResolver.maxPathBytes) bytes")
        }
        if let nul = path.firstIndex(of: "\0") {
            throw target.error(at: path.distance(from: path.startIndex, to: nul), expected: "no NUL")
        }
        let address = EndpointAddress.unix(path: isAbstract ? "\0\(path)" : path)
        resolution = Resolution([Endpoint(address)], note: "\(target)")
    }

    package nonisolated(nonsending) func run(_ updates: ResolutionUpdates) async throws {
        updates.publish(resolution)
    }
}
