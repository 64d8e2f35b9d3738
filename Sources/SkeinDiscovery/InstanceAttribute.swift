// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// What a service registry knows of an endpoint: `endpoint[InstanceAttribute.self]?.version`.
public enum InstanceAttribute: EndpointAttribute {
    public static var defaultValue: ServiceInstance? { nil }
}

extension ServiceInstance {
    /// The instance as an endpoint, at `addresses`.
    func endpoint(at addresses: [EndpointAddress], _ standing: EndpointStanding) -> Endpoint {
        var endpoint = Endpoint(
            addresses: addresses, weight: weight, priority: priority,
            locality: zone.isEmpty ? nil : Locality(zone: zone))
        endpoint[InstanceAttribute.self] = self
        endpoint[EndpointStanding.self] = standing
        return endpoint
    }
}
