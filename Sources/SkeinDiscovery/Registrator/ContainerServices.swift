// SPDX-License-Identifier: Apache-2.0

/// The services of a container, by gliderlabs' conventions.
///
/// A service is a port that is published, or exposed when containers are registered at their own addresses. It is named
/// after the image or `SERVICE_NAME`, with the port behind when there are several; its id is `machine:container:port`.
struct ContainerServices: Sendable {
    private(set) var services: [ContainerService] = []
    /// What was left out, and why; for the log.
    private(set) var notes: [String] = []

    private let container: ContainerInspection
    private let options: RegistratorOptions

    /// - Parameter owner: the container whose network this one shares, if it does.
    init(_ container: ContainerInspection, owner: ContainerInspection? = nil, _ options: RegistratorOptions) {
        self.container = container
        self.options = options
        let network = owner ?? container
        let ports = Set(container.ports.keys).union(container.exposed).sorted()
        var places: [(port: ContainerInspection.Port, place: ContainerInspection.Binding)] = []
        for port in ports {
            if let place = place(of: port, in: network) {
                places.append((port, place))
            } else {
                notes.append("port \(port) is not published")
            }
        }
        if ports.isEmpty { notes.append("it has no ports") }
        for (port, place) in places {
            if let service = service(port, place, isOneOfSeveral: places.count > 1) { services.append(service) }
        }
    }

    /// Where a port is reached; without a host: at this machine's address.
    private func place(
        of port: ContainerInspection.Port, in network: ContainerInspection
    ) -> ContainerInspection.Binding? {
        let isAtHost = network.networkMode == "host"
        if options.usesContainerAddresses {
            guard isAtHost || !network.address.isEmpty else { return nil }
            return ContainerInspection.Binding(host: isAtHost ? "" : network.address, port: port.number)
        }
        if isAtHost { return ContainerInspection.Binding(host: "", port: port.number) }
        let bindings = network.ports[port] ?? []
        // The same port may be published at an address of each family.
        guard var binding = bindings.first(where: { !$0.host.contains(":") }) ?? bindings.first else { return nil }
        if AdvertisedAddress.isWildcard(binding.host) || options.address != nil { binding.host = "" }
        return binding
    }

    private mutating func service(
        _ port: ContainerInspection.Port, _ place: ContainerInspection.Binding, isOneOfSeveral: Bool
    ) -> ContainerService? {
        let settings = ContainerSettings(
            environment: container.environment, labels: container.labels, port: port.number)
        if settings["ignore"] != nil {
            notes.append("SERVICE_IGNORE says so of port \(port)")
            return nil
        }
        guard settings["name"] != nil || !options.isExplicit else {
            notes.append("port \(port) has no SERVICE_NAME")
            return nil
        }
        let isSuffixed = isOneOfSeveral && !settings.isOfPort("name")
        let name =
            (settings["name"] ?? ContainerServices.baseName(of: container.image))
            + (isSuffixed ? "-\(port.number)" : "")
        guard !name.isEmpty else {
            notes.append("port \(port) has no name")
            return nil
        }
        let isTCP = port.transport == "tcp"
        let usual = "\(options.hostName):\(container.name):\(port.number)\(isTCP ? "" : ":\(port.transport)")"
        var instance = ServiceInstance(
            service: name, id: settings["id"] ?? usual, host: labelledAddress ?? place.host, port: place.port)
        instance.tags = ContainerSettings.list(settings["tags"] ?? "") + options.tags + (isTCP ? [] : [port.transport])
        ContainerServices.describe(&instance, settings)
        let check = ContainerCheck(settings, container, port: port, &notes)
        let ttl = settings.value("check_ttl", of: port, "1s or more", &notes) {
            GoDuration.parse($0, atLeast: .seconds(1))
        }
        return ContainerService(instance: instance, check: check, ttl: ttl)
    }

    /// Weight, priority, zone and version have places of their own; everything else that has none is metadata.
    private static func describe(_ instance: inout ServiceInstance, _ settings: ContainerSettings) {
        for (name, value) in settings.values where !["id", "name", "tags", "ignore"].contains(name) {
            switch name {
            case "weight" where UInt32(value).map({ $0 > 0 }) == true: instance.weight = UInt32(value) ?? 1
            case "priority" where UInt8(value) != nil: instance.priority = UInt8(value) ?? 0
            case "zone": instance.zone = value
            case "version": instance.version = value
            case _ where name.hasPrefix("check_") && ContainerCheck.names.contains(String(name.dropFirst(6))): break
            default: instance.metadata[name] = value
            }
        }
    }

    private var labelledAddress: String? {
        guard let label = options.addressLabel, let value = container.labels[label] else { return nil }
        let address = value.prefix { $0 != "/" }
        return address.isEmpty ? nil : String(address)
    }

    /// `registry.example:5000/team/greeter:1.2@sha256:…` is `greeter`.
    private static func baseName(of image: String) -> String {
        let base = image.split(separator: "/").last ?? ""
        return String(base.prefix { $0 != ":" && $0 != "@" })
    }
}
