// SPDX-License-Identifier: Apache-2.0
internal import SkeinResolution

/// A check of a container that the registry makes itself, before it is known where the container is reached.
struct ContainerCheck: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case http(scheme: String, path: String)
        case tcp
        case grpc(tls: Bool)
        /// For a shell, with `$SERVICE_IP` and `$SERVICE_PORT` in it.
        case script(String)
        case program([String])
    }

    private static let interval: Duration = .seconds(10)
    private static let timeout: Duration = .seconds(10)

    /// The names, without `SERVICE_CHECK_`, that this reads.
    static let names: Set<String> = [
        "http", "https", "cmd", "script", "tcp", "grpc", "grpc_use_tls", "ttl", "interval", "timeout",
        "initial_status", "deregister_after",
    ]

    var kind: Kind
    var interval = ContainerCheck.interval
    var timeout = ContainerCheck.timeout
    var initialStatus: HealthCheck.Status?
    var deregisterAfter: Duration?

    /// `nil` when the container says nothing of one.
    init?(
        _ settings: ContainerSettings, _ container: ContainerInspection, port: ContainerInspection.Port,
        _ notes: inout [String]
    ) {
        if let path = settings["check_http"] {
            kind = .http(scheme: "http", path: path)
        } else if let path = settings["check_https"] {
            kind = .http(scheme: "https", path: path)
        } else if let command = settings["check_cmd"] {
            // The program that gliderlabs' image of Consul has for it.
            kind = .program(["check-cmd", String(container.id.prefix(12)), "\(port.number)", command])
        } else if let script = settings["check_script"] {
            kind = .script(script)
        } else if settings["check_tcp"] != nil {
            kind = .tcp
        } else if settings["check_grpc"] != nil {
            kind = .grpc(tls: settings["check_grpc_use_tls"] != nil)
        } else {
            return nil
        }
        interval = settings["check_interval"].flatMap(GoDuration.parse) ?? ContainerCheck.interval
        timeout = settings["check_timeout"].flatMap(GoDuration.parse) ?? ContainerCheck.timeout
        initialStatus = settings.value("check_initial_status", of: port, "passing, warning or critical", &notes) {
            HealthCheck.Status(rawValue: $0)
        }
        deregisterAfter = settings.value("check_deregister_after", of: port, "1s or more", &notes) {
            GoDuration.parse($0, atLeast: .seconds(1))
        }
    }

    /// The check of a container that is reached at `host`.
    func healthCheck(host: String, port: Int) -> HealthCheck {
        let address = HostPort(host: host, port: port).description
        let probe: HealthCheck.Probe =
            switch kind {
            case .http(let scheme, let path):
                .http(url: "\(scheme)://\(address)\(path.hasPrefix("/") ? "" : "/")\(path)")
            case .tcp: .tcp(address: address)
            case .grpc(let tls): .grpc(address: address, tls: tls)
            case .script(let text):
                .script(arguments: [
                    "/bin/sh", "-c",
                    text.replacing("$SERVICE_IP", with: host).replacing("$SERVICE_PORT", with: "\(port)"),
                ])
            case .program(let arguments): .script(arguments: arguments)
            }
        return HealthCheck(
            probe, interval: interval, timeout: timeout, initialStatus: initialStatus, deregisterAfter: deregisterAfter)
    }
}
