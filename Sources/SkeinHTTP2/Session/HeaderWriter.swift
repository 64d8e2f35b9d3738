// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2
internal import SkeinCore

/// Builds the name-value arrays that libnghttp2 takes, in memory that is used again for every header block.
///
/// The library copies names and values while a block is submitted, except those marked NO_COPY, which are literals and
/// live as long as the process.
struct HeaderWriter: ~Copyable {
    private static let staticName = UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue)
    private static let staticValue = UInt8(NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)
    private static let notIndexed = UInt8(NGHTTP2_NV_FLAG_NO_INDEX.rawValue)

    private var fields: UnsafeMutablePointer<nghttp2_nv>
    private var capacity = 16
    private(set) var count = 0
    /// The bytes of all names and values that are no literals.
    private var scratch: UnsafeMutablePointer<UInt8>
    private var scratchCapacity = 1024
    private var used = 0
    /// The size of the header list: names, values, and 32 for each field.
    private(set) var listBytes = 0

    init() {
        fields = .allocate(capacity: capacity)
        scratch = .allocate(capacity: scratchCapacity)
    }

    deinit {
        fields.deallocate()
        scratch.deallocate()
    }

    /// Valid until the writer changes.
    var pointer: UnsafeMutablePointer<nghttp2_nv> { fields }

    /// `name: value` for each field, to look at.
    var lines: [String] {
        (0..<count).map { index in
            let field = fields[index]
            let name = UnsafeBufferPointer(start: field.name, count: field.namelen)
            let value = UnsafeBufferPointer(start: field.value, count: field.valuelen)
            return "\(String(decoding: name, as: UTF8.self)): \(String(decoding: value, as: UTF8.self))"
        }
    }

    mutating func begin() {
        count = 0
        used = 0
        listBytes = 0
    }

    mutating func add(_ name: StaticString, _ value: StaticString) {
        append(
            name.bytes, name.utf8CodeUnitCount, value.bytes, value.utf8CodeUnitCount,
            Self.staticName | Self.staticValue)
    }

    mutating func add(_ name: StaticString, literal value: UnsafePointer<UInt8>, _ length: Int) {
        append(
            name.bytes, name.utf8CodeUnitCount, UnsafeMutablePointer(mutating: value), length,
            Self.staticName | Self.staticValue)
    }

    mutating func add(_ name: StaticString, _ value: String) {
        let start = used
        write(value.utf8)
        append(name.bytes, name.utf8CodeUnitCount, scratch + start, used - start, Self.staticName)
    }

    mutating func add(_ name: StaticString, _ prefix: StaticString, _ value: String) {
        let start = used
        write(UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount))
        write(value.utf8)
        append(name.bytes, name.utf8CodeUnitCount, scratch + start, used - start, Self.staticName)
    }

    /// A value that seldom occurs twice: it is kept out of the peer's table of recent fields.
    mutating func addNotIndexed(_ name: StaticString, _ value: [UInt8]) {
        let start = used
        write(value)
        append(name.bytes, name.utf8CodeUnitCount, scratch + start, used - start, Self.staticName | Self.notIndexed)
    }

    /// A decimal number with an optional unit, kept out of the peer's table.
    mutating func addNotIndexed(_ name: StaticString, number: Int64, unit: UInt8) {
        let start = used
        write(number: number)
        reserve(1)
        scratch[used] = unit
        used += 1
        append(name.bytes, name.utf8CodeUnitCount, scratch + start, used - start, Self.staticName | Self.notIndexed)
    }

    mutating func addNotIndexed(_ load: ServerLoad) {
        reserve(ServerLoadText.maxBytes)
        let start = used
        used += ServerLoadText.write(load, to: scratch + start)
        let name = ServerLoadText.name
        append(name.bytes, name.utf8CodeUnitCount, scratch + start, used - start, Self.staticName | Self.notIndexed)
    }

    mutating func add(_ name: StaticString, number: Int64) {
        let start = used
        write(number: number)
        append(name.bytes, name.utf8CodeUnitCount, scratch + start, used - start, Self.staticName)
    }

    mutating func add(_ name: String, _ value: [UInt8]) {
        let nameStart = used
        write(name.utf8)
        let valueStart = used
        write(value)
        append(scratch + nameStart, valueStart - nameStart, scratch + valueStart, used - valueStart, 0)
    }

    private mutating func append(
        _ name: UnsafeMutablePointer<UInt8>, _ nameLength: Int, _ value: UnsafeMutablePointer<UInt8>,
        _ valueLength: Int, _ flags: UInt8
    ) {
        if count == capacity { growFields() }
        (fields + count).initialize(
            to: nghttp2_nv(name: name, value: value, namelen: nameLength, valuelen: valueLength, flags: flags))
        count += 1
        listBytes += nameLength + valueLength + 32
    }

    private mutating func growFields() {
        let larger = UnsafeMutablePointer<nghttp2_nv>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: fields, count: count)
        fields.deallocate()
        fields = larger
        capacity *= 2
    }

    private mutating func write(_ bytes: some Collection<UInt8>) {
        let length = bytes.count
        reserve(length)
        let target = UnsafeMutableBufferPointer(start: scratch + used, count: length)
        _ = target.initialize(fromContentsOf: bytes)
        used += length
    }

    private mutating func write(number: Int64) {
        reserve(20)
        var rest = number.magnitude
        let start = used
        repeat {
            scratch[used] = UInt8(ascii: "0") + UInt8(rest % 10)
            used += 1
            rest /= 10
        } while rest > 0
        var digits = UnsafeMutableBufferPointer(start: scratch + start, count: used - start)
        digits.reverse()
    }

    /// Makes room; fields that point into the old memory are pointed into the new.
    private mutating func reserve(_ length: Int) {
        guard used + length > scratchCapacity else { return }
        let newCapacity = max(scratchCapacity * 2, used + length)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
        larger.update(from: scratch, count: used)
        for index in 0..<count {
            fields[index].name = moved(fields[index].name, to: larger)
            fields[index].value = moved(fields[index].value, to: larger)
        }
        scratch.deallocate()
        scratch = larger
        scratchCapacity = newCapacity
    }

    private func moved(
        _ pointer: UnsafeMutablePointer<UInt8>?, to larger: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8>? {
        guard let pointer, pointer >= scratch, pointer <= scratch + used else { return pointer }
        return larger + (pointer - scratch)
    }
}

extension StaticString {
    fileprivate var bytes: UnsafeMutablePointer<UInt8> { UnsafeMutablePointer(mutating: utf8Start) }
}
