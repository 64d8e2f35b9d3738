// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// What a picker knows of the attempt it chooses for.
public struct PickContext: ~Copyable {
    public let method: MethodDescriptor
    /// A number drawn for this pick.
    public package(set) var random: UInt64 = 0
    /// When the pick is made; of the clock that outcomes are timed with.
    package var time = PickTime(nanoseconds: 0)
    /// What the call is to be hashed by, if anything.
    public let hash: UInt64?
    /// A hash of who called the handler that makes the call; `nil` outside of handlers.
    package let source: UInt64?
    /// Counts from 0; above 0 for a retry or a hedge.
    public package(set) var attempt = 0
    /// What the picker wants done beside the call.
    package var wishes = PickWishes()
    /// Whether the policy wants servers to tell their load.
    package var wantsReports = false

    /// A small number that picks on other threads do not have at the same time; dense from 0.
    package var reader: UInt32 = 0
    private var tried = TriedList()
    private let metadata: Metadata
    /// Last, since its size is known only at run time: what follows it would cost a look-up.
    public let deadline: Deadline?

    package init(
        _ method: MethodDescriptor, metadata: Metadata = [:], hash: UInt64? = nil, source: UInt64? = nil,
        deadline: Deadline? = nil
    ) {
        self.method = method
        self.metadata = metadata
        self.hash = hash
        self.source = source
        self.deadline = deadline
    }

    /// The same call.
    init(copying other: borrowing PickContext) {
        method = other.method
        random = other.random
        time = other.time
        hash = other.hash
        source = other.source
        attempt = other.attempt
        wantsReports = other.wantsReports
        reader = other.reader
        tried = other.tried
        metadata = other.metadata
        deadline = other.deadline
    }

    /// For another choice than `id`, if there is one.
    mutating func redraw(but id: SubchannelID) {
        random = Draws.mix(random &+ 1)
        attempted(id)
    }

    /// Whether an earlier attempt of this call went to the subchannel.
    public func wasTried(_ id: SubchannelID) -> Bool { tried.contains(id) }

    /// The first text value of the call's metadata under `name`.
    public func metadata(_ name: String) -> String? { metadata[name] }

    /// XXH64 of the text that the call's metadata has under `name`, of several joined by commas (gRFC A76); `nil` when
    /// there is none.
    public func hash(ofMetadata name: String) -> UInt64? { metadata.hash(of: name) }

    /// Starts the next attempt, after one on `id`.
    package mutating func attempted(_ id: SubchannelID) {
        attempt += 1
        tried.append(id)
    }
}

/// The last four subchannels tried (a call makes at most five attempts), without an allocation.
private struct TriedList {
    private var recent = (SubchannelID.none, SubchannelID.none, SubchannelID.none, SubchannelID.none)

    func contains(_ id: SubchannelID) -> Bool {
        recent.0 == id || recent.1 == id || recent.2 == id || recent.3 == id
    }

    mutating func append(_ id: SubchannelID) { recent = (id, recent.0, recent.1, recent.2) }
}
