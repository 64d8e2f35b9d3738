// SPDX-License-Identifier: Apache-2.0

/// The load that a server reports of itself, or that a call was to it (ORCA, gRFC A51). 0 stands for what is not said.
public struct LoadReport: Sendable, Hashable {
    /// 0 idle, 1 full; above 1 overloaded. As the application sees it.
    public var applicationUtilization: Double
    /// 0 idle, 1 full; above 1 when limits are exceeded.
    public var cpuUtilization: Double
    /// 0 to 1.
    public var memoryUtilization: Double
    public var requestsPerSecond: Double
    public var errorsPerSecond: Double
    /// What the application chose to tell, by name.
    public var named: [String: Double]
    /// Utilisations by name: 0 idle, 1 full.
    public var utilization: [String: Double]
    /// What the call has cost, by name of the resource.
    public var requestCost: [String: Double]

    public init(applicationUtilization: Double = 0, cpuUtilization: Double = 0, named: [String: Double] = [:]) {
        self.applicationUtilization = applicationUtilization
        self.cpuUtilization = cpuUtilization
        memoryUtilization = 0
        requestsPerSecond = 0
        errorsPerSecond = 0
        self.named = named
        utilization = [:]
        requestCost = [:]
    }
}

extension LoadReport {
    /// Takes from `other` what is not said here.
    package func filled(from other: LoadReport) -> LoadReport {
        var report = self
        for field in LoadReport.numbers where report[keyPath: field] == 0 {
            report[keyPath: field] = other[keyPath: field]
        }
        for field in LoadReport.maps {
            report[keyPath: field].merge(other[keyPath: field]) { own, _ in own }
        }
        return report
    }

    private static var numbers: [WritableKeyPath<LoadReport, Double>] {
        [\.applicationUtilization, \.cpuUtilization, \.memoryUtilization, \.requestsPerSecond, \.errorsPerSecond]
    }

    private static var maps: [WritableKeyPath<LoadReport, [String: Double]>] {
        [\.named, \.utilization, \.requestCost]
    }
}
