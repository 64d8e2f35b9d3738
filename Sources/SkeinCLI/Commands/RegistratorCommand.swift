// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import SkeinCore
import SkeinDiscovery
import UnixSignals

/// `skein registrator`
struct RegistratorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registrator", abstract: "Registers the containers of a Docker Engine in service registries.",
        discussion: """
            Each published port of a container is a service, described by the container's environment and labels: \
            SERVICE_NAME, SERVICE_TAGS, SERVICE_ID, SERVICE_IGNORE, SERVICE_<port>_NAME, SERVICE_CHECK_HTTP … as with \
            gliderlabs/registrator. It runs until SIGTERM or SIGINT, and then deregisters what it registered. The \
            targets are registries without a service: consul://127.0.0.1:8500, etcd://10.0.0.1,10.0.0.2:2379/path.
            """)

    enum Deregister: String, ExpressibleByArgument, CaseIterable {
        case always
        case onSuccess = "on-success"
    }

    @Argument(help: "The registries; every container is registered in each.")
    var targets: [String]

    @Option(
        help: ArgumentHelp(
            "The engine, as unix:///path or tcp://host:port. Default: DOCKER_HOST, else unix:///var/run/docker.sock; "
                + "DOCKER_TLS_VERIFY and DOCKER_CERT_PATH are for TLS.", valueName: "host"))
    var docker: String?

    @Flag(help: "Register containers at their own addresses and exposed ports, not where these are published.")
    var `internal` = false

    @Option(
        help: ArgumentHelp(
            "Where clients reach published ports. Default: SKEIN_ADVERTISE, else the address from which this machine "
                + "reaches the registry.", valueName: "address"))
    var ip: String?

    @Option(help: ArgumentHelp("The container's label that holds its address.", valueName: "label"))
    var useIpFromLabel: String?

    @Flag(help: "Register only what has a SERVICE_NAME.")
    var explicit = false

    @Option(help: ArgumentHelp("Tags for every service, with commas between.", valueName: "tags"))
    var tags: String?

    @Option(help: ArgumentHelp("The first part of ids. Default: this machine's name.", valueName: "name"))
    var hostname: String?

    @Flag(help: "Register containers whether or not their health checks pass.")
    var ignoreHealth = false

    @Option(help: "What happens with containers that failed: always deregister them, or let their leases run out.")
    var deregister = Deregister.always

    @Option(help: ArgumentHelp("How long a registration holds that is not renewed.", valueName: "seconds"))
    var ttl: Int?

    @Option(
        help: ArgumentHelp(
            "How often registrations are renewed. Default: after a third of their time.", valueName: "seconds"))
    var ttlRefresh: Int?

    @Option(
        help: ArgumentHelp("How often all containers are looked at, whatever was heard of them.", valueName: "seconds"))
    var resync = 60

    @Flag(
        help:
            "At the start deregister what stands under this machine's name and runs no more, of services that have a container."
    )
    var cleanup = false

    @Flag(help: "At the end leave everything registered until the leases run out.")
    var stay = false

    func validate() throws {
        guard !targets.isEmpty else { throw ValidationError("expected a registry, such as consul://127.0.0.1:8500") }
        for (name, value) in [("--ttl", ttl), ("--ttl-refresh", ttlRefresh), ("--resync", resync)] {
            guard let value, !(1...86_400).contains(value) else { continue }
            throw ValidationError("\(name) is \(value): expected 1 to 86400")
        }
        if let ttlRefresh {
            guard let ttl else { throw ValidationError("--ttl-refresh needs --ttl") }
            guard ttlRefresh < ttl else {
                throw ValidationError("--ttl-refresh is \(ttlRefresh): expected less than --ttl, which is \(ttl)")
            }
        }
        if let tags, tags.contains("{{") {
            throw ValidationError("--tags is \(tags): expected tags with commas between; templates are not supported")
        }
        if let ip, ip.isEmpty || ip.contains("/") {
            throw ValidationError("--ip is \"\(ip)\": expected an address")
        }
    }

    var options: RegistratorOptions {
        var options = RegistratorOptions(hostName: hostname ?? RegistratorOptions.machineName)
        (options.usesContainerAddresses, options.isExplicit) = (`internal`, explicit)
        (options.address, options.addressLabel) = (ip, useIpFromLabel)
        options.tags = RegistratorOptions.tags(tags ?? "")
        options.needsHealth = !ignoreHealth
        options.deregistersFailed = deregister == .always
        (options.ttl, options.renewal) = (ttl.map(Duration.seconds), ttlRefresh.map(Duration.seconds))
        options.resync = .seconds(resync)
        (options.cleansUp, options.staysRegistered) = (cleanup, stay)
        return options
    }

    func run() async throws {
        let registrator = try Registrator(docker: docker, targets: targets, options: options)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var isEnding = false
                for await _ in signals {
                    // With a second one what is still to be deregistered is left to its lease.
                    if isEnding { return }
                    isEnding = true
                    registrator.shutDown()
                }
            }
            group.addTask { await registrator.run() }
            await group.next()
            group.cancelAll()
        }
    }
}
