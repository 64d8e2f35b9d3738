// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore
internal import SkeinResolution
internal import Synchronization

/// Turns the hosts that instances are registered with into addresses. Numbers are taken as they are. Names are looked
/// up, many at a time, and again when an answer is over; the last answer holds while name servers fail.
final class HostNames: Sendable {
    private struct Known: Sendable {
        var addresses: [EndpointAddress] = []
        /// When to look again.
        var until: Duration
    }

    /// How long an answer holds at least and at most, whatever the name server says; a failure holds for the least.
    static let validity: ClosedRange<Duration> = .seconds(5)...(.seconds(300))
    /// How long an answer holds when nobody said.
    static let usual: Duration = .seconds(30)
    static let timeout: Duration = .seconds(5)
    static let atOnce = 32

    private let context: RegistryContext
    private let now: @Sendable () -> Duration
    private let known = Mutex<[HostPort: Known]>([:])

    init(_ context: RegistryContext) {
        self.context = context
        now = context.clock.elapsed
    }

    /// The endpoints of those entries whose host has an address, in their order; why others have none stands in the log.
    /// `again`: how soon the names are to be looked up again; `nil`: there are none.
    nonisolated(nonsending) func endpoints(
        _ entries: [ListGuard.Entry]
    ) async -> (endpoints: [Endpoint], again: Duration?) {
        let places = entries.map { HostPort(host: $0.instance.host, port: $0.instance.port) }
        let again = await lookUp(Set(places.filter { HostNames.isValid($0.port) && $0.address == nil }))
        let known = known.withLock(\.self)
        let endpoints = zip(entries, places).compactMap { entry, place -> Endpoint? in
            guard HostNames.isValid(place.port) else {
                context.logger.warning(
                    "leave out \(entry.instance.id) of \(entry.instance.service): its port is \(place.port)")
                return nil
            }
            let addresses = place.address.map { [$0] } ?? known[place]?.addresses ?? []
            return addresses.isEmpty ? nil : entry.instance.endpoint(at: addresses, entry.standing)
        }
        return (endpoints, again)
    }

    private static func isValid(_ port: Int) -> Bool { (1...65535).contains(port) }

    /// Brings what is known of `places`, and of no others, up to date.
    private nonisolated(nonsending) func lookUp(_ places: Set<HostPort>) async -> Duration? {
        // Those that are nearly over are looked up together with those that are.
        let soon = now() + .seconds(1)
        let due = known.withLock { known in
            known = known.filter { places.contains($0.key) }
            return places.filter { (known[$0]?.until ?? .zero) <= soon }
        }
        await withTaskGroup(of: Void.self) { group in
            for (index, place) in due.enumerated() {
                if index >= HostNames.atOnce { await group.next() }
                group.addTask { await self.lookUp(place) }
            }
        }
        let next = known.withLock { $0.values.lazy.map(\.until).min() }
        return next.map { max(.seconds(1), $0 - now()) }
    }

    private nonisolated(nonsending) func lookUp(_ place: HostPort) async {
        do {
            let answer = try await context.clock.limit(HostNames.timeout, "look up \(place.host)") { [context] in
                try await context.lookup.answer(for: place.host, port: place.port)
            }
            guard !answer.addresses.isEmpty else { throw RPCError(.unavailable, answer.denial ?? "no addresses") }
            let wanted = answer.validFor ?? HostNames.usual
            let validity = min(max(wanted, HostNames.validity.lowerBound), HostNames.validity.upperBound)
            known.withLock { $0[place] = Known(addresses: answer.addresses, until: now() + validity) }
        } catch {
            if Task.isCancelled { return }
            context.logger.warning("look up \(place): \(error)")
            let until = now() + HostNames.validity.lowerBound
            known.withLock { $0[place, default: Known(until: until)].until = until }
        }
    }
}
