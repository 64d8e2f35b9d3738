// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Tells the interceptors of a call that it has ended.
struct EndObserver: CallObserver {
    let hooks: MessageHooks

    func callEnded(_ call: CallID, _ summary: CallSummary) { hooks.ended(summary) }
}
