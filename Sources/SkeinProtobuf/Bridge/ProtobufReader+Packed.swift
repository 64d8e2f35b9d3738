// SPDX-License-Identifier: Apache-2.0

/// Packed fields, whose runs libprotobuf-c hands over as they came: it would go through each of them twice.
extension ProtobufReader {
    /// Appends the values in the runs of a packed field of `kind`.
    @inlinable
    public func readPacked<Value: ProtobufScalar>(
        _ slot: Int, _ kind: ProtobufField.Kind, into values: inout [Value]
    ) throws(ProtobufFault) {
        if count(slot) == 0 { return }
        let count = try countPacked(slot, kind)
        try charge(count, Value.self)
        if Value.isStoredAsItself {
            var fault: ProtobufFault?
            let added = [Value](unsafeUninitializedCapacity: count) { room, made in
                do throws(ProtobufFault) {
                    try unpack(slot, kind, into: UnsafeMutableRawBufferPointer(room).baseAddress)
                    made = count
                } catch {
                    fault = error
                }
            }
            if let fault { throw fault }
            if values.isEmpty { values = added } else { values += added }
        } else {
            let size = count &* MemoryLayout<Value.ProtobufStored>.stride
            guard let block = arena.allocate(size) else { throw arena.refuseCharge() }
            try unpack(slot, kind, into: block)
            let stored = block.assumingMemoryBound(to: Value.ProtobufStored.self)
            if values.isEmpty { values.reserveCapacity(count) }
            for index in 0..<count { values.append(try scalar(stored[index])) }
        }
    }

    private func runs(_ slot: Int) -> UnsafeBufferPointer<ProtobufBytes> {
        UnsafeBufferPointer(start: load(slot), count: count(slot))
    }

    /// How many values are in the runs at `slot`.
    @usableFromInline
    func countPacked(_ slot: Int, _ kind: ProtobufField.Kind) throws(ProtobufFault) -> Int {
        var count = 0
        for run in runs(slot) { count += try PackedRun(run.buffer).count(kind) }
        return count
    }

    /// Puts them one after the other, stored as libprotobuf-c would.
    @usableFromInline
    func unpack(
        _ slot: Int, _ kind: ProtobufField.Kind, into start: UnsafeMutableRawPointer?
    ) throws(ProtobufFault) {
        guard var next = start else { return }
        for run in runs(slot) { try PackedRun(run.buffer).unpack(kind, into: &next) }
    }
}
