// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore
internal import SkeinResolution
internal import Synchronization

/// Turns the hosts that instances are registered with into addresses. Numbers are taken as they are; names are looked
/// up, and the last answer holds while name servers fail.
final class HostNames: Sendable {
    private let context: RegistryContext
    private let known = Mutex<[HostPort: [EndpointAddress]]>([:])

    init(_ context: RegistryContext) { self.context = context }

    /// `nil`, and a line in the log, for an instance whose host has no address.
    nonisolated(nonsending) func endpoint(_ entry: ListGuard.Entry) async -> Endpoint? {
        let instance = entry.instance
        let place = HostPort(host: instance.host, port: instance.port)
        guard (1...65535).contains(instance.port) else {
            context.logger.warning("leave out \(instance.id) of \(instance.service): its port is \(instance.port)")
            return nil
        }
        if let address = place.address { return instance.endpoint(at: [address], entry.standing) }
        do {
            let addresses = try await context.lookup.addresses(of: place.host, port: place.port)
            known.withLock { $0[place] = addresses }
            return instance.endpoint(at: addresses, entry.standing)
        } catch {
            context.logger.warning("look up \(place) of \(instance.service): \(error)")
            return known.withLock { $0[place] }.map { instance.endpoint(at: $0, entry.standing) }
        }
    }
}
