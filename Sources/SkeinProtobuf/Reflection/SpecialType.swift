// SPDX-License-Identifier: Apache-2.0

/// The message types that JSON writes in a form of their own.
enum SpecialType: Sendable {
    case any, duration, fieldMask, list, structure, timestamp, value, wrapper

    init?(_ name: String) {
        switch name {
        case "google.protobuf.Any": self = .any
        case "google.protobuf.Duration": self = .duration
        case "google.protobuf.FieldMask": self = .fieldMask
        case "google.protobuf.ListValue": self = .list
        case "google.protobuf.Struct": self = .structure
        case "google.protobuf.Timestamp": self = .timestamp
        case "google.protobuf.Value": self = .value
        case "google.protobuf.BoolValue", "google.protobuf.BytesValue", "google.protobuf.DoubleValue",
            "google.protobuf.FloatValue", "google.protobuf.Int32Value", "google.protobuf.Int64Value",
            "google.protobuf.StringValue", "google.protobuf.UInt32Value", "google.protobuf.UInt64Value":
            self = .wrapper
        default: return nil
        }
    }
}
