// SPDX-License-Identifier: Apache-2.0

/// Which container has which service. When two have the same, as when one takes the other's place before that has
/// ended, the one that came later is registered, and the other again when it is gone.
struct ServiceClaims: Sendable {
    private struct Claim: Sendable {
        var container: String
        var service: ContainerService
    }

    private var claims: [ContainerService.Key: [Claim]] = [:]

    /// What is to be registered.
    var services: [ContainerService] { claims.values.compactMap { $0.last?.service } }

    /// The container has the service. Returns what is to be registered, if that is something new.
    mutating func claim(_ service: ContainerService, by container: String) -> ContainerService? {
        let before = claims[service.key]?.last?.service
        if let index = claims[service.key]?.firstIndex(where: { $0.container == container }) {
            claims[service.key]?[index].service = service
        } else {
            claims[service.key, default: []].append(Claim(container: container, service: service))
        }
        return changed(service.key, from: before)
    }

    /// The container has the service no more. `nil`: nobody has it; else as with `claim`.
    mutating func release(_ key: ContainerService.Key, by container: String) -> (isGone: Bool, next: ContainerService?)
    {
        let before = claims[key]?.last?.service
        claims[key]?.removeAll { $0.container == container }
        guard claims[key]?.isEmpty == true else { return (false, changed(key, from: before)) }
        claims[key] = nil
        return (true, nil)
    }

    private func changed(_ key: ContainerService.Key, from before: ContainerService?) -> ContainerService? {
        let now = claims[key]?.last?.service
        return now == before ? nil : now
    }
}
