// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The methods of a server by path, found by the bytes of a request without making a string.
struct MethodTable: Sendable {
    private var buckets: [[RegisteredMethod]]
    private let services: Set<String>

    /// Throws when two services have a method of the same path.
    init(_ registered: [RegisteredMethod], services: [ServiceDescriptor]) throws(ConfigurationError) {
        self.services = Set(services.map(\.name))
        var count = 8
        while count < registered.count * 2 { count *= 2 }
        buckets = Array(repeating: [], count: count)
        for method in registered {
            guard method.pathBytes.withUnsafeBytes({ find($0) }) == nil else {
                throw ConfigurationError("serve \(method.descriptor.path): two services have this method")
            }
            let bucket = method.pathBytes.withUnsafeBytes { MethodTable.hash($0) } & (count - 1)
            buckets[bucket].append(method)
        }
    }

    func find(_ path: UnsafeRawBufferPointer) -> RegisteredMethod? {
        for method in buckets[MethodTable.hash(path) & (buckets.count - 1)]
        where MethodTable.isEqual(method.pathBytes, path) {
            return method
        }
        return nil
    }

    private static func isEqual(_ bytes: [UInt8], _ path: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == path.count, let start = path.baseAddress else { return false }
        return bytes.withUnsafeBytes { $0.baseAddress.map { memcmp($0, start, path.count) == 0 } ?? false }
    }

    /// What a call to a path without a method ends with.
    func notFound(_ path: String) -> RPCError {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isEmpty else {
            return RPCError(.unimplemented, "the path \"\(path.prefix(256))\" is not /service/method")
        }
        if services.contains(String(parts[1])) {
            return RPCError(.unimplemented, "service \(parts[1]) has no method \"\(parts[2].prefix(256))\"")
        }
        return RPCError(.unimplemented, "this server has no service \"\(parts[1].prefix(256))\"")
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
        var hash: UInt = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash >> 1)
    }
}
