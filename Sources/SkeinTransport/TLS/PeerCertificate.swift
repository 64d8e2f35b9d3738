// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import NIOSSL
internal import SkeinCore

extension Peer.Certificate {
    /// - Parameter chain: the leaf first; `nil` without one.
    init?(_ chain: [NIOSSLCertificate]) {
        guard let leaf = chain.first else { return nil }
        self.init(chain: chain.compactMap { try? $0.toDERBytes() })
        commonName = leaf.subjectName.last { $0.type == .commonName }?.value
        for name in leaf._subjectAlternativeNames() {
            switch name.nameType {
            case .dnsName: dnsNames.append(String(decoding: name.contents, as: UTF8.self))
            case .uri: uris.append(String(decoding: name.contents, as: UTF8.self))
            case .ipAddress: if let address = Peer.Certificate.address(name.contents) { ipAddresses.append(address) }
            default: break
            }
        }
    }

    private static func address(_ packed: some Collection<UInt8>) -> String? {
        try? SocketAddress(packedIPAddress: ByteBuffer(bytes: packed), port: 0).ipAddress
    }

    /// For an error: whom the certificate is for.
    var subjects: String {
        let names = dnsNames + ipAddresses
        guard !names.isEmpty else { return "no host name" + (commonName.map { " (its common name is \($0))" } ?? "") }
        let more = names.count > 4 ? " and \(names.count - 4) more" : ""
        return names.prefix(4).joined(separator: ", ") + more
    }
}

extension NIOSSLCertificate {
    /// For an error: the common name, or what else there is.
    var title: String {
        let name = subjectName.last { $0.type == .commonName } ?? subjectName.last
        return name.map { "\"\($0.value)\"" } ?? "without a name"
    }

    /// What is wrong with its dates at `now`, seconds since 1970; `nil` if nothing.
    func problem(at now: Int) -> String? {
        if now > Int(notValidAfter) { return "expired \(CertificateDate.describe(Int(notValidAfter)))" }
        if now < Int(notValidBefore) { return "is not valid before \(CertificateDate.describe(Int(notValidBefore)))" }
        return nil
    }
}
