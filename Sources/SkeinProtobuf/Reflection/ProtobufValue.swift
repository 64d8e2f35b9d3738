// SPDX-License-Identifier: Apache-2.0

/// One value of a field. Valid as long as the slots it came from.
enum ProtobufValue {
    case bool(Bool)
    case int32(Int32)
    case int64(Int64)
    case uint32(UInt32)
    case uint64(UInt64)
    case float(Float)
    case double(Double)
    case string(UnsafeRawBufferPointer)
    case bytes(UnsafeRawBufferPointer)
    case `enum`(Int32)
    case message(ProtobufView)
}
