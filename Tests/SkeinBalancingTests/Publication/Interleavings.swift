// SPDX-License-Identifier: Apache-2.0

/// Something that several threads do, in steps that are atomic: a state, and every state that may come next.
protocol Interleaved: Hashable {
    /// One for each thread that can move; none when all have finished or wait.
    func next() -> [Self]
    /// What is wrong with this state, if anything.
    var fault: String? { get }
}

/// Visits every state that any interleaving reaches. Returns how many there are, the faults found, and the states in
/// which nothing moves any more.
func explore<World: Interleaved>(from start: World) -> (states: Int, faults: Set<String>, ends: [World]) {
    var seen: Set<World> = [start]
    var waiting = [start]
    var faults: Set<String> = []
    var ends: [World] = []
    while let world = waiting.popLast() {
        if let fault = world.fault {
            faults.insert(fault)
            continue
        }
        let following = world.next()
        if following.isEmpty { ends.append(world) }
        for next in following where seen.insert(next).inserted { waiting.append(next) }
    }
    return (seen.count, faults, ends)
}
