// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Stands between what a registry says and what clients use: a registry that fails, forgets or filters its answer takes
/// no servers from clients that still reach them.
///
/// - A registry that cannot be reached changes nothing. After `unconfirmedAfter` its instances count as unconfirmed:
///   those with a connection stay, others may be somebody else by now (addresses are reused).
/// - A list that is suddenly empty is believed after `emptyHold`.
/// - A list that is suddenly shorter by more than half is believed by halves, one every `shrinkStep`, where the
///   registry is one that forgets, whatever else it says meanwhile. What is only kept by this or the rule above stays
///   as long as it is connected.
struct ListGuard: Sendable {
    struct Limits: Sendable, Hashable {
        var emptyHold: Duration = .seconds(30)
        var unconfirmedAfter: Duration = .seconds(600)
        var shrinkStep: Duration = .seconds(30)
        var guardsShrinking = false
    }

    /// An instance, and how sure it is.
    struct Entry: Sendable, Hashable {
        var instance: ServiceInstance
        var standing: EndpointStanding
    }

    /// A doubt about what the registry says.
    private struct Hold: Sendable {
        /// So many instances are used at least.
        var floor: Int
        var until: Duration
    }

    private let limits: Limits
    /// What the registry said last; `nil` before it said anything.
    private var listed: [ServiceInstance]?
    /// What it does not say any more and is still used.
    private var kept: [ServiceInstance] = []
    private var hold: Hold?
    private(set) var unreachableSince: Duration?

    init(_ limits: Limits) { self.limits = limits }

    /// The registry answered.
    mutating func listed(_ instances: [ServiceInstance], at now: Duration) {
        unreachableSince = nil
        passed(to: now)
        let used = (listed ?? []) + kept
        hold = hold(whenListed: instances.count, of: used.count, at: now)
        listed = instances
        let ids = Set(instances.map(\.id))
        keep(used.filter { !ids.contains($0.id) })
    }

    private func hold(whenListed count: Int, of used: Int, at now: Duration) -> Hold? {
        if count == 0 {
            let isNew = listed?.isEmpty != true
            return isNew ? Hold(floor: used, until: now + limits.emptyHold) : hold
        }
        guard limits.guardsShrinking else { return nil }
        // What is in doubt already is not halved again before its time, however often it is said.
        if let hold { return hold }
        return count * 2 < used ? Hold(floor: (used + 1) / 2, until: now + limits.shrinkStep) : nil
    }

    /// Keeps as many of `missing` as the doubt asks for.
    private mutating func keep(_ missing: [ServiceInstance]) {
        kept = Array(missing.prefix(max(0, (hold?.floor ?? 0) - (listed?.count ?? 0))))
        if kept.isEmpty { hold = nil }
    }

    /// The registry did not answer.
    mutating func failed(at now: Duration) { unreachableSince = unreachableSince ?? now }

    /// Lets go what was kept long enough.
    mutating func passed(to now: Duration) {
        guard let old = hold, now >= old.until else { return }
        let count = listed?.count ?? 0
        let floor = count == 0 ? 0 : (count + kept.count + 1) / 2
        hold = Hold(floor: floor, until: now + limits.shrinkStep)
        keep(kept)
    }

    /// When `passed` has something to do, or the standing of instances changes.
    func nextChange(after now: Duration) -> Duration? {
        let unconfirmed = unreachableSince.map { $0 + limits.unconfirmedAfter }.flatMap { $0 > now ? $0 : nil }
        return [hold?.until, unconfirmed].compactMap(\.self).min()
    }

    /// What clients use; `nil` as long as the registry never answered.
    func entries(at now: Duration) -> [Entry]? {
        guard let listed else { return nil }
        let isUnconfirmed = unreachableSince.map { now - $0 >= limits.unconfirmedAfter } ?? false
        let standing: EndpointStanding = isUnconfirmed ? .unconfirmed : .listed
        return listed.map { Entry(instance: $0, standing: standing) }
            + kept.map { Entry(instance: $0, standing: .kept) }
    }

    /// How many instances are used although the registry does not name them.
    var keptCount: Int { kept.count }
}
