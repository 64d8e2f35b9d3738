// SPDX-License-Identifier: Apache-2.0

/// The load that a server reports of itself (ORCA, gRFC A51).
public struct LoadReport: Sendable, Hashable {
    /// 0 idle, 1 full; above 1 overloaded. As the application sees it.
    public var applicationUtilization: Double
    /// 0 idle, 1 full; above 1 when limits are exceeded.
    public var cpuUtilization: Double
    public var requestsPerSecond: Double
    public var errorsPerSecond: Double
    /// Utilisations by name, as the application chose them.
    public var named: [String: Double]

    public init(
        applicationUtilization: Double = 0, cpuUtilization: Double = 0, requestsPerSecond: Double = 0,
        errorsPerSecond: Double = 0, named: [String: Double] = [:]
    ) {
        self.applicationUtilization = applicationUtilization
        self.cpuUtilization = cpuUtilization
        self.requestsPerSecond = requestsPerSecond
        self.errorsPerSecond = errorsPerSecond
        self.named = named
    }
}
