// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore

/// Looks at a name again and again, as `DNSSchedule` decides, and publishes what `EndpointRetention` makes of it.
struct DNSPoll: Sendable {
    let target: Target
    let refresh: DNSSchedule.Refresh
    /// After how many answers without it an endpoint is dropped.
    let missesUntilDropped: Int
    let context: ResolverContext

    /// Until cancelled.
    nonisolated(nonsending) func run(
        _ updates: ResolutionUpdates, _ look: () async throws -> DNSFinding
    ) async throws {
        let elapsed = context.clock.elapsed
        var known = EndpointRetention(missesUntilDropped: missesUntilDropped)
        var schedule = DNSSchedule(refresh: refresh, seed: context.seed)
        var lastAnswer = Duration.zero
        var wasRequested = false
        while true {
            let outcome: DNSSchedule.Outcome
            do {
                let finding = try await look()
                lastAnswer = elapsed()
                outcome = publish(finding, &known, at: lastAnswer, updates)
            } catch let error as RPCError {
                if known.count > 0 {
                    let age = (elapsed() - lastAnswer).components.seconds
                    context.logger.warning(
                        "keep the endpoints of \(target) (\(known.count), found \(age) s ago): \(error)")
                }
                updates.publish(error)
                outcome = .failed
            }
            let pause = schedule.pause(after: outcome, wasRequested: wasRequested)
            try await context.clock.sleep(for: pause.quiet)
            // A lookup that follows a failure is nobody's request.
            let isListening = pause.listening != .zero
            wasRequested = isListening ? try await updates.waitForRefresh(atMost: pause.listening) : false
        }
    }

    private func publish(
        _ finding: DNSFinding, _ known: inout EndpointRetention, at now: Duration, _ updates: ResolutionUpdates
    ) -> DNSSchedule.Outcome {
        guard let denial = finding.denial else {
            let endpoints = known.absorb(finding.endpoints, isComplete: finding.isComplete)
            var resolution = Resolution(endpoints, note: "\(target)")
            resolution.serviceConfig = finding.serviceConfig
            // What could not be asked for is asked for again soon.
            let validFor = finding.isComplete ? finding.validFor : min(finding.validFor, DNSSchedule.defaultInterval)
            return updates.publish(resolution) ? .accepted(validFor: validFor) : .failed
        }
        if let endpoints = known.deny(at: now) {
            let outlook = endpoints.isEmpty ? "" : "; its last endpoints are used while they are connected"
            context.logger.warning("\(target): \(denial)\(outlook)")
            updates.publish(Resolution(endpoints, note: "\(target): \(denial)\(outlook)"))
        } else {
            updates.publish(RPCError(.unavailable, denial))
        }
        return .denied(validFor: finding.validFor)
    }
}

private func min(_ a: Duration?, _ b: Duration) -> Duration { a.map { Swift.min($0, b) } ?? b }
