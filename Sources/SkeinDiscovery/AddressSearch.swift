// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import Logging
internal import SkeinCore
internal import SkeinResolution

/// Finds the address to advertise, which may have to wait for a route to the registry.
struct AddressSearch: Sendable {
    let location: RegistryTarget
    /// What the application says.
    let explicit: String?
    var environment = ProcessInfo.processInfo.environment[AdvertisedAddress.variable]
    let listening: [EndpointAddress]
    let context: RegistryContext

    /// How long a look for the route may take: it may have to ask name servers.
    static let timeout: Duration = .seconds(3)

    /// `nil`: there is no route to the registry yet. Throws what waiting would not mend.
    nonisolated(nonsending) func find() async throws(ConfigurationError) -> AdvertisedAddress? {
        if let address = try chosen(nil) { return address }
        let route = try? await context.clock.limit(AddressSearch.timeout, "look for the route to \(location)") {
            [location, context] in await LocalRoute.address(towards: location.nodes, context.lookup)
        }
        return try chosen(route)
    }

    /// Looks until there is an address; `nil` when nobody waits for it any more: `wait` lets so much time pass, and says
    /// or throws that this was the end. `label` begins the lines of the log.
    nonisolated(nonsending) func untilFound(
        _ label: String, wait: (Duration) async throws -> Bool
    ) async -> AdvertisedAddress? {
        var backoff = FullJitter()
        var random = SplitMix64(seed: context.seed)
        while !Task.isCancelled {
            do {
                if let address = try await find() { return address }
                context.logger.warning("\(label): \(advice)")
            } catch {
                context.logger.error("\(label): \(error)")
            }
            guard (try? await wait(backoff.failed(&random))) == false else { return nil }
        }
        return nil
    }

    private func chosen(_ route: EndpointAddress?) throws(ConfigurationError) -> AdvertisedAddress? {
        try .chosen(explicit: explicit, environment: environment, listening: listening, route: route)
    }

    /// Why `find` returned `nil`, and what to do.
    private var advice: String {
        "there is no route to \(location) yet; name an address to advertise, or set \(AdvertisedAddress.variable)"
    }
}
