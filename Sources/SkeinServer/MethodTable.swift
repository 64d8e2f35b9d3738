// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

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
            let path = method.descriptor.path
            if find(path) != nil { throw ConfigurationError("serve \(path): two services have this method") }
            buckets[MethodTable.hash(path.utf8) & (count - 1)].append(method)
        }
    }

    private func find(_ path: String) -> RegisteredMethod? {
        var path = path
        return path.withUTF8 { find(UnsafeRawBufferPointer($0)) }
    }

    func find(_ path: UnsafeRawBufferPointer) -> RegisteredMethod? {
        let bucket = buckets[MethodTable.hash(path) & (buckets.count - 1)]
        return bucket.first { $0.descriptor.path.utf8.elementsEqual(path) }
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

    private static func hash(_ bytes: some Sequence<UInt8>) -> Int {
        var hash: UInt = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash >> 1)
    }
}
