// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
internal import SkeinCore
internal import SkeinResolution
internal import Synchronization

/// Leads from the resolver and the slots to the balancer driver, which is made after them and must not be kept alive by
/// them.
final class DriverLink: Sendable {
    private struct WeakDriver: Sendable {
        weak let driver: BalancerDriver?
    }

    private let driver = Mutex<WeakDriver?>(nil)

    func connect(to driver: BalancerDriver) {
        self.driver.withLock { $0 = WeakDriver(driver: driver) }
    }

    func attemptsFailed(on id: SubchannelID) { driver.withLock { $0?.driver }?.post(.attemptsFailed(id)) }

    /// Passes on what the resolver published; whether the channel can use it.
    func receive(_ result: Result<Resolution, RPCError>, _ policies: LoadBalancingRegistry) -> Bool {
        guard let driver = driver.withLock({ $0?.driver }) else { return false }
        switch result {
        case .failure(let error):
            driver.post(.resolutionFailed(error))
            return true
        case .success(let resolution):
            driver.post(.resolved(resolution))
            return !resolution.endpoints.isEmpty && isUsable(resolution, policies)
        }
    }

    private func isUsable(_ resolution: Resolution, _ policies: LoadBalancingRegistry) -> Bool {
        switch resolution.serviceConfig {
        case nil: true
        case .failure: false
        case .success(let config): (try? policies.validate(config)) != nil
        }
    }
}
