// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Synchronization

/// Ports for servers that come back where they were.
package enum LocalPort {
    package struct NoneFree: Error {}

    /// Beneath those that the system gives to whoever asks for any one: while a server is away, nobody is given its port.
    private static let range = 10_000..<32_000
    private static let reserved = Mutex<Set<Int>>([])

    /// A port of 127.0.0.1 that is free, and that this process does not reserve again.
    package static func reserve() throws -> Int {
        for _ in 0..<1_000 {
            let port = Int.random(in: range)
            let isNew = reserved.withLock { $0.insert(port).inserted }
            if isNew, try isFree(port) { return port }
        }
        throw NoneFree()
    }

    private static func isFree(_ port: Int) throws -> Bool {
        #if canImport(Glibc)
            let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let file = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard file >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        defer { close(file) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
