// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// A server of the lab.
struct SimulatedServer {
    enum Reporting { case none, honest, zero }

    var queue: ProcessorSharing
    var meter: LoadMeter
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

    /// Calls that it finished since it was measured.
    var finished = 0
    private var measured = (done: 0.0, possible: 0.0)
    private var rate = 0.0
    private var utilisation = 0.0

    init(cores: Int, speed: Double, reporting: Reporting, incarnation: UInt64) {
        self.cores = cores
        self.speed = speed
        self.reporting = reporting
        self.incarnation = incarnation
        queue = ProcessorSharing(cores: Double(cores), speed: speed)
        meter = LoadMeter(parallelism: cores)
    }

    /// What it tells of itself now, if anything.
    var report: ServerLoad? {
        switch reporting {
        case .none: return nil
        case .zero: return load(inFlight: 0, latency: 0, serviceTime: 0)
        case .honest:
            let inFlight = queue.jobs
            return load(
                inFlight: inFlight + reportedStreams, latency: meter.latency(inFlight: inFlight),
                serviceTime: meter.serviceTime)
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
        meter = LoadMeter(parallelism: cores)
    }

    /// Calls in a second over utilisation, in the mean of about fifteen measurements; 0 while nothing is known.
    mutating func measure(at time: Double) -> UInt32 {
        queue.advance(to: time)
        let possible = queue.possible - measured.possible
        let share = possible > 0 ? (queue.done - measured.done) / possible : 0
        rate += (Double(finished) - rate) / 15
        utilisation += (share - utilisation) / 15
        finished = 0
        measured = (queue.done, queue.possible)
        return utilisation > 0 ? UInt32(min(1e9, rate / utilisation * 100)) : 0
    }
}
