// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A folder of its own for one test, removed with its files at the end.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/skein-XXXXXX\0".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/nowhere"
    }

    deinit {
        for name in ["a", "b", "c"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// Writes `text` into the file `name`, in place.
    func write(_ text: String, to name: String) {
        guard let file = fopen("\(path)/\(name)", "w") else { return }
        fputs(text, file)
        fclose(file)
    }

    /// Puts the file `name` in the place of `other`.
    func rename(_ name: String, to other: String) { _ = systemRename("\(path)/\(name)", "\(path)/\(other)") }

    func remove(_ name: String) { unlink("\(path)/\(name)") }
}

private func systemRename(_ from: String, _ to: String) -> Int32 { rename(from, to) }
