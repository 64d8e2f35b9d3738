// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
public import SkeinCore

extension Channel {
    /// Where a call would go now, and why: also the endpoints that cannot be chosen, each with the reason. Makes no call;
    /// but a policy that takes turns may use one up.
    ///
    /// - Parameters:
    ///   - method: what would be called, e.g. `MethodDescriptor("helloworld.Greeter", "SayHello", .unary)`.
    ///   - metadata: of the call; some policies place calls by it.
    ///   - hashKey: of the call.
    public func explain(
        _ method: MethodDescriptor, metadata: Metadata = [:], hashKey: String? = nil
    ) async -> PickExplanation {
        var context = PickContext(method, metadata: metadata, hash: hashKey.map { XXHash64.hash($0) })
        context.time = .now
        var explanation = core.cell.explain(&context) { $0.identity }
        let account = await withUnsafeContinuation { core.balancer.post(.describe($0)) }
        account.complete(&explanation)
        return explanation
    }

    /// The explanations of the latest picks that were drawn for it (`ChannelOptions.samplePicks`), the oldest first.
    public var pickSamples: [PickExplanation] { core.samples?.all ?? [] }
}

extension ChannelCore {
    /// Why a pick went where it went, if that is wanted or drawn.
    func explain(_ context: inout PickContext, _ token: PickToken, isWanted: Bool) -> PickExplanation? {
        let isSample = samples?.isNext() == true
        guard isWanted || isSample else { return nil }
        let explanation = cell.explain(&context, choice: token.id) { $0.identity }
        if isSample { samples?.add(explanation) }
        return isWanted ? explanation : nil
    }
}
