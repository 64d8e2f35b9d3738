// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(1))) struct WrappersTests {
    @Test("wrappers are made from values and literals")
    func wrappers() {
        let (double, float): (Google_Protobuf_DoubleValue, Google_Protobuf_FloatValue) = (1.5, -2)
        #expect(double == Google_Protobuf_DoubleValue(1.5) && double.value == 1.5)
        #expect(float == Google_Protobuf_FloatValue(Float(-2)) && float.value == -2)
        let (int64, uint64): (Google_Protobuf_Int64Value, Google_Protobuf_UInt64Value) = (
            -9_223_372_036_854_775_808, 18_446_744_073_709_551_615
        )
        #expect(int64 == Google_Protobuf_Int64Value(Int64.min) && uint64 == Google_Protobuf_UInt64Value(UInt64.max))
        let (int32, uint32): (Google_Protobuf_Int32Value, Google_Protobuf_UInt32Value) = (-2_147_483_648, 4_294_967_295)
        #expect(int32 == Google_Protobuf_Int32Value(Int32.min) && uint32 == Google_Protobuf_UInt32Value(UInt32.max))
        let name = "Ada"
        let (bool, string): (Google_Protobuf_BoolValue, Google_Protobuf_StringValue) = (true, "hello \(name)")
        #expect(bool == Google_Protobuf_BoolValue(bool.value) && bool.value)
        #expect(string == Google_Protobuf_StringValue(string.value) && string.value == "hello Ada")
        let bytes: Google_Protobuf_BytesValue = [1, 0xff]
        #expect(bytes == Google_Protobuf_BytesValue(bytes.value) && bytes.value == [1, 255])
    }

    @Test("a wrapper field takes a literal, and tells absent from empty")
    func fields() throws {
        var message = Golden_Wellknown_WellKnown()
        #expect(message.text == nil)
        message.text = ""
        message.number = 7
        message.flags = [true, false]
        let received = try Golden_Wellknown_WellKnown(serialized: message.serialized())
        #expect(received == message)
        #expect(received.text?.value == "" && received.number?.value == 7)
    }
}
