// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import NIOCore
internal import SkeinCore
internal import SkeinTransport

/// Takes a server down without losing a call: its hooks tell the world, it serves on until the world knows, then it sends
/// its clients elsewhere and waits for the calls that run. A second wish to stop ends each wait at once.
struct ServerDrain: Sendable {
    let stop: StopRequest
    let hooks: ServerHooks
    let connections: ServerConnections
    let options: ServerOptions
    /// Where the times are measured.
    let timer: any EventLoop

    /// - Parameter refuse: closes the listeners.
    func run(refuse: () async -> Void) async {
        options.logger?.info("draining", metadata: ["grace": "\(options.grace)"])
        await hooks.tell(stop, on: timer) { await $0.willDrain() }
        let propagation = max(options.propagation, hooks.propagation)
        if propagation > .zero { await stop.wait(for: Signal(), atMost: propagation, on: timer) }
        await hooks.tell(stop, on: timer) { await $0.willGoAway() }
        await refuse()
        connections.beginDraining()
        let grace = timer.scheduleTask(in: TimeAmount(options.grace)) { connections.endDraining() }
        stop.onSecond { connections.endDraining() }
        await connections.waitUntilEmpty()
        grace.cancel()
        await hooks.tell(stop, on: timer) { await $0.didStop() }
        options.logger?.info("stopped")
    }
}
