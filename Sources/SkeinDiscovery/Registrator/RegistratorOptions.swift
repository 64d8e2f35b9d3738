// SPDX-License-Identifier: Apache-2.0
internal import SkeinResolution

/// Which containers are registered, and how.
package struct RegistratorOptions: Sendable, Hashable {
    /// Register containers at their own addresses and exposed ports instead of where these are published.
    package var usesContainerAddresses = false
    /// Where clients reach what this machine publishes. Default: `SKEIN_ADVERTISE`, else the local address of the route
    /// to the registry.
    package var address: String?
    /// A label whose value is the container's address, before anything else; a mask after a slash is cut off.
    package var addressLabel: String?
    /// Leave out containers without `SERVICE_NAME`.
    package var isExplicit = false
    /// Every service has these, too.
    package var tags: [String] = []
    /// The first part of ids, by which machines are told apart.
    package var hostName: String
    /// Leave out containers with a health check as long as that does not pass.
    package var needsHealth = true
    /// Whether a container that failed is deregistered at once; else its lease runs out.
    package var deregistersFailed = true
    /// How long a registration holds without being renewed. Default: what is usual for the registry.
    package var ttl: Duration?
    /// How often it is renewed. Default: after a third of that.
    package var renewal: Duration?
    /// How often all containers are looked at again, whatever the events said.
    package var resync: Duration = .seconds(60)
    /// Whether what an earlier run left registered, of containers that run no more, is deregistered at the start.
    package var cleansUp = false
    /// Whether everything stays registered at the end, until the leases run out.
    package var staysRegistered = false

    package init(hostName: String) { self.hostName = hostName }

    /// The name of this machine, or of the container that this runs in.
    package static var machineName: String { MachineName.current ?? "localhost" }

    /// Tags with commas between; one behind a backslash is part of a tag.
    package static func tags(_ text: String) -> [String] { ContainerSettings.list(text) }

    /// What becomes of the registration of a container that ended; no code: nobody knows how it ended.
    func withdrawal(exitCode: Int?) -> RegistratorMachine.Withdrawal {
        // What a signal ended was ended on purpose: the shell's way of saying that is a code from 128 on.
        guard !deregistersFailed, let exitCode, (1...127).contains(exitCode) else { return .deregister }
        return .expire
    }
}
