// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// Leads from the pipes of a call back to the call, which owns them.
final class CallLink: Sendable {
    private struct WeakCall: Sendable {
        weak let call: ClientCall?
    }

    private let call = Mutex<WeakCall?>(nil)

    func connect(to call: ClientCall) {
        self.call.withLock { $0 = WeakCall(call: call) }
    }

    func cancel(_ error: RPCError) {
        call.withLock { $0?.call }?.cancel(error)
    }
}
