// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// What the system calls its errors.
enum SystemError {
    /// The system's words for an `errno`, in lower case, e.g. `no such file or directory`.
    static func text(_ number: Int32) -> String { String(cString: strerror(number)).lowercased() }
}
