// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The system's own lookup, `getaddrinfo`: hosts file, DNS and whatever else the machine is set up for, both address
/// families, sorted by RFC 6724. It blocks, so it runs on the pool.
struct SystemAddressLookup: AddressLookup {
    let pool: BlockingPool

    nonisolated(nonsending) func addresses(of host: String, port: Int) async throws -> [EndpointAddress] {
        try await pool.run { SystemAddressLookup.lookUp(host, port: port) }.get()
    }

    private static func lookUp(_ host: String, port: Int) -> Result<[EndpointAddress], RPCError> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard code == 0 else { return .failure(failure(host, code, errno)) }
        var addresses: [EndpointAddress] = []
        var next = list
        while let entry = next {
            if let address = address(entry.pointee, port: port), !addresses.contains(address) {
                addresses.append(address)
            }
            next = entry.pointee.ai_next
        }
        guard !addresses.isEmpty else { return .failure(failure(host, EAI_NONAME, 0)) }
        return .success(addresses)
    }

    private static func failure(_ host: String, _ code: Int32, _ systemError: Int32) -> RPCError {
        var reason = String(cString: gai_strerror(code))
        if code == EAI_SYSTEM { reason += " (\(SystemError.text(systemError)))" }
        return RPCError(.unavailable, "look up \(host): \(reason)")
    }

    private static func address(_ entry: addrinfo, port: Int) -> EndpointAddress? {
        var buffer = [CChar](repeating: 0, count: 256)
        let code = getnameinfo(
            entry.ai_addr, entry.ai_addrlen, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
        guard code == 0 else { return nil }
        let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        switch entry.ai_family {
        case AF_INET: return .ipv4(text, port: port)
        case AF_INET6: return .ipv6(text, port: port)
        default: return nil
        }
    }
}
