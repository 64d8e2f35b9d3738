// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore
internal import SkeinHTTP2

/// Ends streams that are too old, so that their clients are balanced anew: first the handler is asked, then it is
/// cancelled.
extension ServerConnection {
    /// The trailer of a stream that ended because it was too old.
    private static let move: Metadata = ["skein-move": "1"]

    func watchAge(of stream: ServerStream) {
        guard let age = lifeLimits.streamAge else { return }
        let chance = Int.random(in: 900...1100)
        stream.ageTimer = timers.schedule(in: TimeAmount(age * chance / 1000)) { [weak self, weak stream] in
            guard let self, let stream, let sink = stream.sink else { return }
            sink.move()
            stream.ageTimer = timers.schedule(in: TimeAmount(lifeLimits.streamAgeGrace)) { [weak self, weak stream] in
                guard let self, let stream, stream.sink != nil else { return }
                burst { self.endAged(stream) }
            }
        }
    }

    private func endAged(_ stream: ServerStream) {
        let error = RPCError(
            .unavailable, "call \(stream.path): the stream is too old; call again", metadata: ServerConnection.move)
        abandon(stream, .streamAge, error)
    }
}
