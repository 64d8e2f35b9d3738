// SPDX-License-Identifier: Apache-2.0

/// A memcached of a test by itself.
enum MemcachedServer {
    /// Not started yet. `options` are told its directory, which only `user` root can read.
    static func make(
        user: String = "nobody", _ options: (String) -> [String] = { _ in [] }
    ) async throws -> LocalServer {
        try await LocalServer("memcached", package: "memcached") { directory, port in
            ["-l", "127.0.0.1", "-p", "\(port)", "-U", "0", "-u", user] + options(directory)
        }
    }
}
