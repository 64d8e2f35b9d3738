// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    internal import Glibc
    private let openFiles = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
#elseif canImport(Musl)
    internal import Musl
    private let openFiles = RLIMIT_NOFILE
#else
    internal import Darwin
    private let openFiles = RLIMIT_NOFILE
#endif

/// The files that this process may have open at a time; a connection is one of them.
enum OpenFiles {
    static var limit: Int {
        var limits = rlimit()
        guard getrlimit(openFiles, &limits) == 0 else { return 1024 }
        return Int(clamping: limits.rlim_cur)
    }
}
