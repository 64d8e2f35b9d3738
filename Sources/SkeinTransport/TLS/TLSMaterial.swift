// SPDX-License-Identifier: Apache-2.0
internal import NIOSSL
internal import SkeinCore

/// What a configuration's identity and trust roots hold, as bytes, and as NIOSSL wants it. Reading it again and
/// comparing shows whether anything has changed.
struct TLSMaterial: Sendable, Hashable {
    /// Bytes and what to call them in an error, e.g. `certificate chain /run/me.pem`.
    private struct Part: Sendable, Hashable {
        let title: String
        let bytes: [UInt8]
    }

    private enum Identity: Sendable, Hashable {
        case none
        case pem(chain: Part, key: Part)
        case pkcs12(Part, password: String)
    }

    private let identity: Identity
    private let roots: Part?

    /// Reads the files that `configuration` names. Blocks.
    init(reading configuration: TLSConfiguration) throws(ConfigurationError) {
        switch configuration.identity?.source {
        case nil: identity = .none
        case .files(let chain, let key)?:
            identity = .pem(
                chain: try TLSMaterial.read("certificate chain", chain), key: try TLSMaterial.read("private key", key))
        case .pem(let chain, let key)?:
            identity = .pem(
                chain: Part(title: "certificate chain (PEM in memory)", bytes: chain),
                key: Part(title: "private key (PEM in memory)", bytes: key))
        case .pkcs12(let file, let password)?:
            identity = .pkcs12(try TLSMaterial.read("PKCS #12 file", file), password: password)
        }
        switch configuration.trustRoots.source {
        case .system: roots = nil
        case .file(let path): roots = try TLSMaterial.read("trust roots", path)
        case .pem(let bytes): roots = Part(title: "trust roots (PEM in memory)", bytes: bytes)
        }
    }

    private static func read(_ what: String, _ path: String) throws(ConfigurationError) -> Part {
        Part(title: "\(what) \(path)", bytes: try FileContents.read(what, path))
    }

    // MARK: as NIOSSL wants it

    /// Sets the identity and the trust roots, and returns the identity's chain, leaf first.
    @discardableResult
    func fill(_ settings: inout NIOSSL.TLSConfiguration) throws(ConfigurationError) -> [NIOSSLCertificate] {
        let pair = try keyPair()
        if let pair {
            settings.certificateChain = pair.chain.map { .certificate($0) }
            settings.privateKey = .privateKey(pair.key)
        }
        settings.trustRoots = try trustRoots().map { .certificates($0) } ?? .default
        return pair?.chain ?? []
    }

    /// The chain, leaf first, and its key; `nil` without an identity.
    private func keyPair() throws(ConfigurationError) -> (chain: [NIOSSLCertificate], key: NIOSSLPrivateKey)? {
        switch identity {
        case .none: return nil
        case .pem(let chain, let key):
            return (try TLSMaterial.certificates(in: chain), try TLSMaterial.privateKey(in: key))
        case .pkcs12(let part, let password):
            do {
                let bundle = try NIOSSLPKCS12Bundle(buffer: part.bytes, passphrase: Array(password.utf8))
                return (bundle.certificateChain, bundle.privateKey)
            } catch {
                throw ConfigurationError("use \(part.title): expected a PKCS #12 bundle that the password opens")
            }
        }
    }

    /// `nil` for those of the system.
    private func trustRoots() throws(ConfigurationError) -> [NIOSSLCertificate]? {
        guard let roots else { return nil }
        return try TLSMaterial.certificates(in: roots)
    }

    var hasTrustRoots: Bool { roots != nil }

    /// For an error about the pair.
    var identityTitle: String {
        switch identity {
        case .none: "no identity"
        case .pem(let chain, let key): "\(key.title) with \(chain.title)"
        case .pkcs12(let part, _): part.title
        }
    }

    private static func certificates(in part: Part) throws(ConfigurationError) -> [NIOSSLCertificate] {
        if let certificates = try? NIOSSLCertificate.fromPEMBytes(part.bytes), !certificates.isEmpty {
            return certificates
        }
        throw unreadable(part, expected: "certificates in PEM, which start with -----BEGIN CERTIFICATE-----")
    }

    private static func privateKey(in part: Part) throws(ConfigurationError) -> NIOSSLPrivateKey {
        let text = String(decoding: part.bytes, as: UTF8.self)
        guard !text.contains("ENCRYPTED") else {
            throw ConfigurationError(
                "use \(part.title): the key is encrypted; decrypt it (openssl pkey -in … -out …) or use .pkcs12")
        }
        if let key = try? NIOSSLPrivateKey(bytes: part.bytes, format: .pem) { return key }
        throw unreadable(part, expected: "a private key in PEM, which starts with -----BEGIN PRIVATE KEY-----")
    }

    private static func unreadable(_ part: Part, expected: String) -> ConfigurationError {
        let text = String(decoding: part.bytes, as: UTF8.self)
        let labels = text.split(separator: "-----BEGIN ", omittingEmptySubsequences: false).dropFirst()
            .compactMap { $0.split(separator: "-----", maxSplits: 1).first }
        let found: String
        if part.bytes.isEmpty {
            found = "nothing"
        } else if let label = labels.first {
            found = "-----BEGIN \(label.prefix(40))-----, which is another thing or damaged"
        } else {
            found = "no PEM at all"
        }
        return ConfigurationError("use \(part.title): expected \(expected); found \(found)")
    }
}
