// SPDX-License-Identifier: Apache-2.0

/// Decides when a watched file is worth reading: at once the first time, then whenever it has changed and two looks in
/// a row saw it the same, so that a file being written or replaced is left alone until it rests.
struct FileWatch: Sendable, Hashable {
    /// A look at the file; no signature: it is not there.
    private struct Look: Sendable, Hashable {
        var signature: FileSignature?
    }

    private var last: Look?
    private var read: Look?

    /// Whether to read the file now that it looks like `signature`.
    mutating func shouldRead(_ signature: FileSignature?) -> Bool {
        let look = Look(signature: signature)
        defer { last = look }
        let isSettled = last == nil || last == look
        guard isSettled, read != look else { return false }
        read = look
        return true
    }
}
