// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinDiscovery
import SkeinResolution
import Testing

/// What every service registry has to do. A registry's tests run each case against the real server:
///
///     @Test(arguments: RegistryContract.allCases)
///     func contract(_ promise: RegistryContract) async throws { try await promise.check(subject) }
///
/// Where nothing can be registered, the cases are those of `ofReaders`.
enum RegistryContract: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case isSeen = "an instance that registers is seen with all that is known of it"
    case isUpdated = "one that registers again under its id replaces itself"
    case staysWithLease = "an instance stays as long as its lease is renewed, and goes when it is not"
    case leaseIsLost = "a lease that is over is lost, and the instance comes back when it registers again"
    case isDeregistered = "an instance that deregisters is gone, and deregisters twice without an error"
    case twoWatchers = "two watchers see the same, each service on its own"
    case fiveHundred = "500 instances are seen"
    case anyText = "names and values may hold any characters"
    case survivesRestart = "after a restart of the registry watchers and registrations go on"
    case isTimely = "a change is seen within the time that the registry promises"
    case hasNoGhosts = "after a thousand random steps there are no ghosts and no instance twice"

    /// Those about watching, whoever writes.
    static let ofReaders: [RegistryContract] = [
        .isSeen, .isUpdated, .twoWatchers, .fiveHundred, .anyText, .survivesRestart, .isTimely, .hasNoGhosts,
    ]

    var testDescription: String { rawValue }

    func check(_ subject: RegistrySubject) async throws {
        switch self {
        case .isSeen: try await subject.isSeen()
        case .isUpdated: try await subject.isUpdated()
        case .staysWithLease: try await subject.staysWithLease()
        case .leaseIsLost: try await subject.leaseIsLost()
        case .isDeregistered: try await subject.isDeregistered()
        case .twoWatchers: try await subject.twoWatchers()
        case .fiveHundred: try await subject.fiveHundred()
        case .anyText: try await subject.anyText()
        case .survivesRestart: try await subject.survivesRestart()
        case .isTimely: try await subject.isTimely()
        case .hasNoGhosts: try await subject.hasNoGhosts()
        }
    }
}
