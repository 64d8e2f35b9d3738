// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Notices that several servers answer on one connection, as behind a proxy or a virtual address: what one of them
/// reports of its load then says nothing of who gets the next call.
///
/// A server draws its incarnation when it starts. One that follows another may be the same server started anew behind
/// a proxy that has no other; one that comes back cannot be.
struct IncarnationWatch: Sendable {
    /// So many in turn are several servers, too.
    static let most = 4

    private var present: UInt64?
    private var former: [UInt64] = []
    private(set) var isMixed = false

    /// Whether a report of `incarnation` can be used.
    mutating func accepts(_ incarnation: UInt64) -> Bool {
        guard !isMixed else { return false }
        guard let before = present, before != incarnation else {
            present = incarnation
            return true
        }
        former.append(before)
        present = incarnation
        isMixed = former.contains(incarnation) || former.count >= IncarnationWatch.most
        return !isMixed
    }
}
