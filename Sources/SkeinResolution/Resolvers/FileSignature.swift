// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// What changes when a file does: a new file in its place, another size, another time.
struct FileSignature: Sendable, Hashable {
    var device: UInt64
    var inode: UInt64
    var size: Int
    var seconds: Int
    var nanoseconds: Int

    /// Of the file at `path`; `nil` when there is none to look at.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init(device: UInt64 = 0, inode: UInt64 = 0, size: Int = 0, seconds: Int = 0, nanoseconds: Int = 0) {
        self.device = device
        self.inode = inode
        self.size = size
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    private init(_ status: stat) {
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        self.init(
            device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(truncatingIfNeeded: status.st_ino),
            size: Int(status.st_size), seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec))
    }

    /// The bytes of a regular file, at most `limit`. Throws with the reason alone; the caller knows the path.
    static func read(_ path: String, limit: Int) throws(ConfigurationError) -> [UInt8] {
        // Without O_NONBLOCK opening a pipe would wait for its other end.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw ConfigurationError(SystemError.text(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ConfigurationError(SystemError.text(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ConfigurationError("expected a regular file") }
        var bytes: [UInt8] = []
        while true {
            let size = 64 << 10
            var code = 0
            bytes.append(addingCapacity: size) { span in
                span.withUnsafeMutableBufferPointer { buffer, initialized in
                    code = systemRead(descriptor, buffer.baseAddress, size)
                    initialized = max(0, code)
                }
            }
            if code < 0, errno == EINTR { continue }
            guard code >= 0 else { throw ConfigurationError(SystemError.text(errno)) }
            guard bytes.count <= limit else { throw ConfigurationError("expected at most \(limit) bytes") }
            if code == 0 { return bytes }
        }
    }
}

/// The system's `read`, under a name that a member does not hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
