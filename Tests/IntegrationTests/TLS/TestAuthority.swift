// SPDX-License-Identifier: Apache-2.0
import SkeinTransport
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A certificate authority in a folder of its own, made by the `openssl` program. The folders go with the process.
final class TestAuthority: Sendable {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// A certificate and its key, as files.
    struct Files: Sendable {
        let certificate: String
        let key: String

        func identity(reloadEvery: Duration? = nil) -> TLSConfiguration.Identity {
            .files(certificateChain: certificate, privateKey: key, reloadEvery: reloadEvery)
        }

        /// Takes the place of `old`, key and certificate one after the other.
        func replace(_ old: Files) throws {
            for (new, old) in [(certificate, old.certificate), (key, old.key)] {
                guard rename(new, old) == 0 else { throw Failed(description: "rename \(new): \(errno)") }
            }
        }
    }

    let folder: String
    let root: Files
    private let count = Atomic(0)

    var roots: TLSConfiguration.TrustRoots { .file(root.certificate) }

    init(_ name: String = "Test CA") throws {
        let parent = try TestAuthority.parent.get()
        folder = "\(parent)/\(TestAuthority.authorities.wrappingAdd(1, ordering: .relaxed).newValue)"
        guard mkdir(folder, 0o700) == 0 else { throw Failed(description: "mkdir \(folder): \(errno)") }
        root = Files(certificate: "\(folder)/ca.pem", key: "\(folder)/ca.key")
        try TestAuthority.openssl(
            ["req", "-x509", "-nodes", "-keyout", root.key, "-out", root.certificate, "-days", "2"]
                + ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=\(name)"]
                + ["-addext", "basicConstraints=critical,CA:TRUE"])
    }

    private static let authorities = Atomic(0)

    /// Where the folders are.
    private static let parent = Result<String, Failed> { () throws(Failed) in
        var template = Array("/tmp/skein-tls-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failed(description: "mkdtemp: \(errno)") }
        atexit { TestAuthority.removeAll() }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func removeAll() {
        if case .success(let folder) = parent { try? run("rm", ["-r", folder]) }
    }

    /// A certificate with `names`, such as `DNS:localhost,IP:127.0.0.1`, that is valid for `days`: -1 for one that has
    /// expired.
    func issue(
        _ commonName: String = "server", names: String = "DNS:localhost,IP:127.0.0.1", days: Int = 2
    ) throws -> Files {
        let path = "\(folder)/\(count.wrappingAdd(1, ordering: .relaxed).newValue)"
        let files = Files(certificate: "\(path).pem", key: "\(path).key")
        try TestAuthority.openssl(
            ["req", "-nodes", "-keyout", files.key, "-out", "\(path).csr", "-subj", "/CN=\(commonName)"]
                + ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
        try TestAuthority.write("subjectAltName=\(names)\n", to: "\(path).ext")
        try TestAuthority.openssl(
            ["x509", "-req", "-in", "\(path).csr", "-out", files.certificate, "-days", "\(days)"]
                + ["-CA", root.certificate, "-CAkey", root.key, "-CAcreateserial", "-extfile", "\(path).ext"])
        return files
    }

    /// The same pair as a PKCS #12 file.
    func bundle(_ files: Files, password: String) throws -> String {
        let path = "\(files.certificate).p12"
        try TestAuthority.openssl(
            ["pkcs12", "-export", "-in", files.certificate, "-inkey", files.key, "-out", path]
                + ["-passout", "pass:\(password)"])
        return path
    }

    // MARK: files and programs

    static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw Failed(description: "open \(path): \(errno)") }
        defer { fclose(file) }
        fputs(text, file)
    }

    static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw Failed(description: "open \(path): \(errno)") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }

    private static func openssl(_ arguments: [String]) throws { try run("openssl", arguments) }

    private static func run(_ program: String, _ arguments: [String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in 0...2 as ClosedRange<CInt> {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var process = pid_t()
        guard posix_spawnp(&process, program, &actions, nil, words, environ) == 0 else {
            throw Failed(description: "start \(program): not found; install it")
        }
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw Failed(description: "\(program) \(arguments) ended with \(status)") }
    }
}
