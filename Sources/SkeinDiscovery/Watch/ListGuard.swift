// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Stands between what a registry says and what clients use: a registry that fails, forgets or filters its answer takes
/// no servers from clients that still reach them.
///
/// - A registry that cannot be reached changes nothing. After `unconfirmedAfter` its instances count as unconfirmed:
///   those with a connection stay, others may be somebody else by now (addresses are reused).
/// - A list that is suddenly empty is believed after `emptyHold`.
/// - A list that is suddenly shorter by more than half is believed by halves, one every `shrinkStep`, where the
///   registry is one that forgets. What is only kept by this or the rule above stays as long as it is connected.
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

    private let limits: Limits
    /// What the registry said last; `nil` before it said anything.
    private var listed: [ServiceInstance]?
    /// What it does not say any more and is still used.
    private var kept: [ServiceInstance] = []
    /// When the next of `kept` go.
    private var keptUntil: Duration?
    private(set) var unreachableSince: Duration?

    init(_ limits: Limits) { self.limits = limits }

    /// The registry answered.
    mutating func listed(_ instances: [ServiceInstance], at now: Duration) {
        unreachableSince = nil
        let before = (listed ?? []) + kept
        listed = instances
        let ids = Set(instances.map(\.id))
        let missing = before.filter { !ids.contains($0.id) }
        let mayStay = Set(kept.map(\.id))
        if instances.isEmpty, !before.isEmpty {
            kept = missing
            keptUntil = keptUntil ?? now + limits.emptyHold
        } else if limits.guardsShrinking, instances.count * 2 < before.count {
            kept = Array(missing.prefix((before.count + 1) / 2 - instances.count))
            keptUntil = now + limits.shrinkStep
        } else {
            kept = missing.filter { mayStay.contains($0.id) && !instances.isEmpty && limits.guardsShrinking }
            keptUntil = kept.isEmpty ? nil : keptUntil
        }
    }

    /// The registry did not answer.
    mutating func failed(at now: Duration) { unreachableSince = unreachableSince ?? now }

    /// Lets go what was kept long enough.
    mutating func passed(to now: Duration) {
        guard let until = keptUntil, now >= until else { return }
        let count = listed?.count ?? 0
        kept = count == 0 ? [] : Array(kept.prefix(max(0, (count + kept.count + 1) / 2 - count)))
        keptUntil = kept.isEmpty ? nil : now + limits.shrinkStep
    }

    /// When `passed` has something to do, or the standing of instances changes.
    func nextChange(after now: Duration) -> Duration? {
        let unconfirmed = unreachableSince.map { $0 + limits.unconfirmedAfter }.flatMap { $0 > now ? $0 : nil }
        return [keptUntil, unconfirmed].compactMap(\.self).min()
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
