// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// A server of the lab.
struct SimulatedServer {
    enum Reporting { case none, honest, zero }

    var queue: ProcessorSharing
    private var samples: LoadSamples
    let cores: Int
    let speed: Double
    let reporting: Reporting
    private(set) var incarnation: UInt64
    /// Open streams that it counts though they do nothing.
    var reportedStreams = 0
    /// The earliest time at which it is going to be looked at.
    var wakeUp = Double.infinity
    /// Calls that came while they counted.
    var calls = 0
    /// `queue.done` when counting began.
    var doneBefore = 0.0

    /// In gRPC's form; `nil` when it does not report, or not yet.
    private(set) var metrics: LoadReport?
    /// Calls that it has finished or failed.
    private var ended = (calls: 0.0, failures: 0.0)
    private var before = (calls: 0.0, failures: 0.0, done: 0.0, possible: 0.0)

    init(cores: Int, speed: Double, reporting: Reporting, incarnation: UInt64) {
        self.cores = cores
        self.speed = speed
        self.reporting = reporting
        self.incarnation = incarnation
        queue = ProcessorSharing(cores: Double(cores), speed: speed)
        samples = LoadSamples(parallelism: UInt32(cores))
    }

    /// What it tells of itself now, if anything.
    var report: ServerLoad? {
        switch reporting {
        case .none: return nil
        case .zero: return load(inFlight: 0, latency: 0, serviceTime: 0)
        case .honest:
            let inFlight = queue.jobs
            return load(
                inFlight: inFlight + reportedStreams, latency: Double(samples.latency(near: UInt32(inFlight))),
                serviceTime: Double(samples.serviceTime))
        }
    }

    private func load(inFlight: Int, latency: Double, serviceTime: Double) -> ServerLoad {
        ServerLoad(
            inFlight: UInt32(inFlight), latency: Float(latency), serviceTime: Float(serviceTime),
            parallelism: UInt32(cores), incarnation: incarnation)
    }

    /// Another takes its place, with the same machine.
    mutating func replace() {
        incarnation &+= 0x9E37_79B9_7F4A_7C15
        samples = LoadSamples(parallelism: UInt32(cores))
    }

    /// A call took `latency` that found so many others.
    mutating func finished(latency: Double, found: Int) {
        samples.record(latency: Float(latency), inFlight: UInt32(found))
        ended.calls += 1
    }

    mutating func failed() {
        ended.calls += 1
        ended.failures += 1
    }

    /// What it reports of the time since it was measured last.
    mutating func measure(at time: Double, since last: Double) {
        queue.advance(to: time)
        let possible = queue.possible - before.possible
        if case .honest = reporting, time > last, possible > 0 {
            var report = LoadReport(cpuUtilization: (queue.done - before.done) / possible)
            report.requestsPerSecond = (ended.calls - before.calls) / (time - last)
            report.errorsPerSecond = (ended.failures - before.failures) / (time - last)
            metrics = report
        }
        before = (ended.calls, ended.failures, queue.done, queue.possible)
    }
}
