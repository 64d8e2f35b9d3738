// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Reads small files whole.
enum FileContents {
    /// Far more than any chain, key or bundle of trust roots has.
    private static let limit = 8 << 20

    /// - Parameter what: what the file is, for the error.
    static func read(_ what: String, _ path: String) throws(ConfigurationError) -> [UInt8] {
        // Without O_NONBLOCK opening a pipe would wait for its other end.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(what, path, SystemText.describe(errno: errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw failure(what, path, "expected a regular file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = systemRead(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(what, path, SystemText.describe(errno: errno)) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw failure(what, path, "expected at most \(limit) bytes") }
        }
    }

    private static func failure(_ what: String, _ path: String, _ reason: String) -> ConfigurationError {
        ConfigurationError("read \(what) \(path): \(reason)")
    }
}

/// The system's `read`, under a name that a member does not hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
