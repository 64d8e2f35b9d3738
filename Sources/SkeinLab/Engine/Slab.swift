// SPDX-License-Identifier: Apache-2.0

/// Values by small numbers, which are used again.
struct Slab<Value> {
    private var values: [Value] = []
    private var free: [UInt32] = []

    var count: Int { values.count - free.count }

    mutating func add(_ value: Value) -> UInt32 {
        guard let number = free.popLast() else {
            values.append(value)
            return UInt32(values.count - 1)
        }
        values[Int(number)] = value
        return number
    }

    mutating func remove(_ number: UInt32) { free.append(number) }

    subscript(_ number: UInt32) -> Value {
        get { values[Int(number)] }
        _modify { yield &values[Int(number)] }
    }
}
