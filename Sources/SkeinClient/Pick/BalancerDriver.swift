// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import NIOCore
internal import SkeinBalancing
internal import SkeinCore
internal import SkeinResolution
internal import SkeinTransport
internal import Synchronization

/// The control plane of a channel: what the resolver, the subchannels and the calls tell goes through here, one event
/// at a time, to the policy; what the policy asks for is done here; the picker it publishes meets the calls in `cell`.
///
/// Whoever posts an event handles it, and all that arrive meanwhile, unless somebody else is at it already: no lock is
/// held while the policy or anything else is called.
final class BalancerDriver: Sendable {
    enum Event: Sendable {
        /// A call waits, or the application asks to connect.
        case wanted
        /// A call needs a subchannel that its policy has not connected.
        case connect(SubchannelID)
        case resolved(Resolution)
        case resolutionFailed(RPCError)
        case subchannel(SubchannelID, ConnectivityState)
        /// It has a connection, whatever its state is.
        case subchannelConnected(SubchannelID)
        /// Its connection is due to be replaced by a new one; or the attempt to make that has ended, well or not.
        case renewal(SubchannelID, isDue: Bool)
        case subchannelClosed(SubchannelID)
        case attemptsFailed(SubchannelID)
        case load(SubchannelID, LoadReport)
        case timer(TimerID)
        case describe(UnsafeContinuation<BalancerAccount, Never>)
        case checkIdle
        case checkStandings
        case retire
        case shutDown(grace: Duration, UnsafeContinuation<Void, Never>?)
        case graceEnded
    }

    private struct Mailbox {
        var events = CircularBuffer<Event>()
        var isHandling = false
    }

    private let mailbox = Mutex(Mailbox())
    private let control: BalancerControl

    init(_ control: BalancerControl) { self.control = control }

    func post(_ event: Event) {
        let mustHandle = mailbox.withLock { mailbox in
            mailbox.events.append(event)
            defer { mailbox.isHandling = true }
            return !mailbox.isHandling
        }
        guard mustHandle else { return }
        while let event = next() { control.handle(event, post: { [weak self] in self?.post($0) }) }
    }

    private func next() -> Event? {
        mailbox.withLock { mailbox in
            if mailbox.events.isEmpty { mailbox.isHandling = false }
            return mailbox.events.popFirst()
        }
    }
}
