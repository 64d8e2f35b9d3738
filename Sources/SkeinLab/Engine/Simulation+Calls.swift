// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
internal import SkeinCore

// MARK: the way of a call

extension Simulation {
    mutating func call() {
        let arrival = arrivals.take()
        scheduleCall()
        if isCounting { result.steps[step].calls += 1 }
        guard let choice = choosers[arrival.client].pick(arrival.call, at: now) else {
            if isCounting { result.steps[step].unsent += 1 }
            return
        }
        serial &+= 1
        let number = calls.add(
            SimulatedCall(
                client: arrival.client, kind: arrival.kind, attempt: choice.attempt, demand: arrival.demand,
                start: now, serial: serial, step: step, isCounted: isCounting))
        if isCounting { servers[choice.attempt.server].calls += 1 }
        events.add(.arrived(call: number), at: now + scenario.networkDelay)
        events.add(.timedOut(call: number, serial: serial), at: now + scenario.timeout)
        choice.forEachProbe { probe in
            if isCounting { result.steps[step].probes += 1 }
            let number = probes.add(Probe(client: arrival.client, probe: probe))
            events.add(.probed(number), at: now + scenario.networkDelay)
        }
    }

    mutating func arrived(_ number: UInt32) {
        let call = calls[number]
        if case .abandoned = call.place { return forget(number) }
        let server = call.attempt.server
        calls[number].arrival = now
        calls[number].found = servers[server].queue.jobs
        if let failure = failure(of: server) {
            servers[server].failed()
            return answer(number, .fault, after: failure.latency)
        }
        let job = servers[server].queue.start(for: number, demand: call.demand, at: now)
        calls[number].place = .inServer(job)
        reschedule(server)
    }

    private mutating func failure(of server: Int) -> Scenario.Failure? {
        scenario.failures.first { failure in
            failure.server == server && failure.from <= now && now < failure.until
                && failureChance.unit() < failure.share
        }
    }

    mutating func look(at server: Int) {
        if servers[server].wakeUp <= now { servers[server].wakeUp = .infinity }
        while let number = servers[server].queue.finish(at: now) {
            let call = calls[number]
            servers[server].finished(latency: now - call.arrival, found: call.found)
            if case .abandoned = call.place { forget(number) } else { answer(number, verdict(of: call.kind)) }
        }
        reschedule(server)
    }

    private func verdict(of kind: Int) -> AttemptOutcome.Verdict {
        guard scenario.kinds.indices.contains(kind) else { return .success }
        switch scenario.kinds[kind].answer {
        case .success: return .success
        case .refusal: return .refusal
        case .fault: return .fault
        }
    }

    /// The server looks again when its next call is over, unless it looks earlier anyway.
    mutating func reschedule(_ server: Int) {
        let next = servers[server].queue.nextEnd()
        guard next < servers[server].wakeUp else { return }
        servers[server].wakeUp = next
        events.add(.server(server), at: next)
    }

    private mutating func answer(_ number: UInt32, _ verdict: AttemptOutcome.Verdict, after delay: Double = 0) {
        answer(number, verdict, load: servers[calls[number].attempt.server].report, after: delay)
    }

    mutating func answer(
        _ number: UInt32, _ verdict: AttemptOutcome.Verdict, load: ServerLoad?, after delay: Double = 0
    ) {
        if case .abandoned = calls[number].place { return forget(number) }
        calls[number].place = .toClient
        calls[number].verdict = verdict
        calls[number].load = load
        events.add(.answered(call: number, serial: calls[number].serial), at: now + scenario.networkDelay + delay)
    }

    mutating func answered(_ number: UInt32, _ serial: UInt32) {
        let call = calls[number]
        guard call.serial == serial else { return }
        forget(number)
        let latency = now - call.start
        let outcome = AttemptOutcome(call.verdict, latency: latency, load: call.load)
        let chooser = choosers[call.client]
        if chooser.wantsMetrics, let metrics = servers[call.attempt.server].metrics {
            chooser.reported(metrics, with: call.attempt, at: now)
        }
        chooser.completed(call.attempt, outcome, at: now)
        guard call.isCounted else { return }
        if call.verdict == .fault {
            result.steps[call.step].failures += 1
        } else {
            result.steps[call.step].latencies.record(latency)
        }
    }

    mutating func timedOut(_ number: UInt32, _ serial: UInt32) {
        let call = calls[number]
        guard call.serial == serial else { return }
        switch call.place {
        case .abandoned: return
        case .toServer: calls[number].place = .abandoned
        case .toClient: forget(number)
        case .inServer(let job):
            if scenario.stopsAtTimeout {
                servers[call.attempt.server].queue.cancel(job, at: now)
                forget(number)
                reschedule(call.attempt.server)
            } else {
                calls[number].place = .abandoned
            }
        }
        choosers[call.client].completed(
            call.attempt, AttemptOutcome(.fault, latency: scenario.timeout), at: now)
        guard call.isCounted else { return }
        result.steps[call.step].timeouts += 1
        result.steps[call.step].latencies.record(scenario.timeout)
    }

    private mutating func forget(_ number: UInt32) {
        calls[number].serial = 0
        calls.remove(number)
    }
}

// MARK: probes

extension Simulation {
    mutating func probed(_ number: UInt32) {
        guard let probe = probes[number].probe else { return probes.remove(number) }
        guard let report = servers[probe.server].report else {
            choosers[probes[number].client].probeFailed(probe.server, isRefusal: true, at: now)
            return probes.remove(number)
        }
        probes[number].load = report
        events.add(.probeAnswered(number), at: now + scenario.networkDelay)
    }

    mutating func probeAnswered(_ number: UInt32) {
        let answer = probes[number]
        probes.remove(number)
        guard let probe = answer.probe, let load = answer.load else { return }
        choosers[answer.client].reported(load, by: probe, at: now)
    }
}
