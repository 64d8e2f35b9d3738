// SPDX-License-Identifier: Apache-2.0
package import SkeinCore
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A service that has its server's load measured. The first of them counts.
package protocol LoadMeasuring: Sendable {
    /// `nil`: nothing is measured.
    var meter: LoadMeter? { get }
}

/// Measures how loaded a server is, and says with which answers that goes.
///
/// A unary call costs two looks at the clock, three atomic additions and a lock that nobody waits for.
package final class LoadMeter: Sendable {
    /// Who is told.
    package struct Rules: Sendable {
        /// With every answer, in gRPC's form.
        package var always: Bool
        /// Others are told nothing.
        package var audience: @Sendable (Peer) -> Bool
        /// What the application says of the server.
        package var told: @Sendable () -> LoadReport

        package init(
            always: Bool, audience: @escaping @Sendable (Peer) -> Bool, told: @escaping @Sendable () -> LoadReport
        ) {
            self.always = always
            self.audience = audience
            self.told = told
        }
    }

    /// How an answer tells the load.
    struct Forms: OptionSet {
        let rawValue: UInt8
        /// Our own trailer.
        static let load = Forms(rawValue: 1)
        /// gRPC's.
        static let metrics = Forms(rawValue: 2)
    }

    /// A unary call, as it arrived.
    struct Arrival {
        /// By `LoopClock`.
        var time: Int64
        /// Others in flight.
        var inFlight: UInt32
    }

    /// What was computed last.
    private struct Times {
        var latency: Float = 0
        var serviceTime: Float = 0
    }

    /// How old latency and service time may be when they are reported, in nanoseconds.
    private static let refresh: Int64 = 5_000_000

    /// How many answers in a second carry the load: of those to calls that take microseconds, not all.
    private static let answersPerSecond = 2000.0

    /// How old the report that goes with every answer may be.
    private static let patience: Int64 = 50_000_000

    package let rules: Rules
    private let pace = LoadPace(perSecond: answersPerSecond)
    private let parallelism: UInt32
    private let incarnation = UInt64.random(in: 1 ... .max)
    private let started = Atomic<UInt64>(0)
    private let completed = Atomic<UInt64>(0)
    private let streamsEnded = Atomic<UInt64>(0)
    private let failures = Atomic<UInt64>(0)
    private let samples: Mutex<LoadSamples>
    private let streams = Mutex(StreamActivity())
    private let hasStreams = Atomic(false)
    private let refreshed = Atomic<Int64>(0)
    /// The bits of latency and service time.
    private let times = Atomic<UInt64>(0)
    private let rates: Mutex<LoadRates>
    private let encoded = Mutex<(bytes: [UInt8], until: Int64)>(([], 0))

    /// - Parameter parallelism: calls that run at once without slowing each other.
    package init(parallelism: UInt32, rules: Rules) {
        self.parallelism = max(parallelism, 1)
        self.rules = rules
        samples = Mutex(LoadSamples(parallelism: parallelism))
        rates = Mutex(
            LoadRates(
                cores: LoadMeter.cores, at: LoopClock.now, .init(calls: 0, failures: 0, cpu: LoadMeter.cpuSeconds)))
    }

    /// Of the first service that has one.
    static func first(in services: [any RPCService]) -> LoadMeter? {
        services.lazy.compactMap { $0 as? any LoadMeasuring }.first?.meter
    }

    /// Of the machine, as far as this process may use them.
    package static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    private static var cpuSeconds: Double {
        var usage = rusage()
        // 0 is RUSAGE_SELF, which has another type in each C library.
        guard getrusage(0, &usage) == 0 else { return 0 }
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6
    }

    /// - Parameter asked: the client wants to know.
    func forms(asked: Bool, _ method: RegisteredMethod) -> Forms {
        // Some methods are there to tell it.
        var forms: Forms = asked || !method.countsAsUse ? .load : []
        if rules.always, method.isMeasured { forms.insert(.metrics) }
        return forms
    }

    // MARK: unary calls

    func arrived(at time: Int64) -> Arrival {
        let done = completed.load(ordering: .relaxed)
        let before = started.wrappingAdd(1, ordering: .relaxed).oldValue
        return Arrival(time: time, inFlight: UInt32(clamping: Int64(truncatingIfNeeded: before &- done)))
    }

    /// The handler has returned, and its call ends with `code`.
    func completed(_ arrival: Arrival, _ code: StatusCode, at time: Int64) {
        completed.wrappingAdd(1, ordering: .relaxed)
        guard code.isServed else { return noteFailure(code) }
        let latency = Float(max(0, time - arrival.time)) * 1e-9
        // Of two at the same time one is lost, and others are as good.
        _ = samples.withLockIfAvailable { $0.record(latency: latency, inFlight: arrival.inFlight) }
    }

    private func noteFailure(_ code: StatusCode) {
        if code != .cancelled { failures.wrappingAdd(1, ordering: .relaxed) }
    }

    private var unaryInFlight: Int64 {
        let done = completed.load(ordering: .relaxed)
        return max(0, Int64(truncatingIfNeeded: started.load(ordering: .relaxed) &- done))
    }

    // MARK: streams

    /// One stream's place in the activity of all. From any thread.
    final class Stream: Sendable {
        private static let none = UInt32.max
        private static let over = UInt32.max - 1

        private let meter: LoadMeter
        private let last = Atomic(none)

        fileprivate init(_ meter: LoadMeter) { self.meter = meter }

        /// A message comes or goes.
        func carries(at time: Int64) {
            let tick = StreamActivity.tick(at: time)
            let before = last.load(ordering: .relaxed)
            guard before != tick, before != Stream.over,
                last.compareExchange(expected: before, desired: tick, ordering: .relaxed).exchanged
            else { return }
            meter.streams.withLock { $0.carried(at: tick, last: before == Stream.none ? nil : before) }
        }

        func ended(_ code: StatusCode) {
            let before = last.exchange(Stream.over, ordering: .relaxed)
            meter.streamsEnded.wrappingAdd(1, ordering: .relaxed)
            if !code.isServed { meter.noteFailure(code) }
            guard before < Stream.over else { return }
            meter.streams.withLock { $0.ended(last: before) }
        }
    }

    func streamArrived(at time: Int64) -> Stream {
        let stream = Stream(self)
        hasStreams.store(true, ordering: .relaxed)
        stream.carries(at: time)
        return stream
    }

    // MARK: reports

    package var load: ServerLoad { load(at: LoopClock.now) }

    /// What the answer to a client that asked carries; `nil` when enough of them do.
    func load(withAnswerAt time: Int64) -> ServerLoad? {
        pace.allows(at: UInt64(clamping: time)) ? load(at: time) : nil
    }

    func load(at time: Int64) -> ServerLoad {
        var inFlight = unaryInFlight
        if hasStreams.load(ordering: .relaxed) {
            inFlight += Int64(streams.withLock { $0.active(at: StreamActivity.tick(at: time)) })
        }
        let count = UInt32(clamping: inFlight)
        let times = times(near: count, at: time)
        return ServerLoad(
            inFlight: count, latency: times.latency, serviceTime: times.serviceTime, parallelism: parallelism,
            incarnation: incarnation)
    }

    private func times(near inFlight: UInt32, at time: Int64) -> Times {
        if time - refreshed.load(ordering: .relaxed) >= LoadMeter.refresh {
            refreshed.store(time, ordering: .relaxed)
            let fresh = samples.withLockIfAvailable {
                Times(latency: $0.latency(near: inFlight), serviceTime: $0.serviceTime)
            }
            if let fresh {
                // Before the first call has ended nothing is known, and that is looked at again.
                if fresh.serviceTime == 0 { refreshed.store(0, ordering: .relaxed) }
                times.store(
                    UInt64(fresh.latency.bitPattern) << 32 | UInt64(fresh.serviceTime.bitPattern), ordering: .relaxed)
                return fresh
            }
        }
        let bits = times.load(ordering: .relaxed)
        return Times(
            latency: Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 32)),
            serviceTime: Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    }

    /// In gRPC's terms: what the application says, and what was measured over the last second or more.
    package var report: LoadReport {
        let time = LoopClock.now
        let measured = rates.withLock { rates in
            if rates.isDue(at: time) {
                let calls = completed.load(ordering: .relaxed) &+ streamsEnded.load(ordering: .relaxed)
                rates.update(
                    .init(calls: calls, failures: failures.load(ordering: .relaxed), cpu: LoadMeter.cpuSeconds),
                    at: time)
            }
            return rates.report
        }
        return rules.told().filled(from: measured)
    }

    /// The same as the value of a trailer; may be a little old.
    func encodedReport(at time: Int64) -> [UInt8] {
        if let bytes = encoded.withLock({ $0.until > time ? $0.bytes : nil }) { return bytes }
        let bytes = LoadReportCodec.encode(report)
        encoded.withLock { $0 = (bytes, time + LoadMeter.patience) }
        return bytes
    }
}

extension StatusCode {
    /// Whether the server has done its work, or told the caller what is wrong with the request. How long a failure took
    /// says nothing of how long work takes.
    fileprivate var isServed: Bool {
        switch self {
        case .cancelled, .unknown, .deadlineExceeded, .resourceExhausted, .unimplemented, .internal, .unavailable,
            .dataLoss:
            false
        default: true
        }
    }
}
