// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The stream on which a server reports its load again and again (gRFC A51).
enum LoadWatch {
    static let method = MethodDescriptor("xds.service.orca.v3.OpenRcaService", "StreamCoreMetrics", .serverStreaming)

    /// `xds.service.orca.v3.OrcaLoadReportRequest`.
    static func request(every interval: Duration) -> [UInt8] {
        let (seconds, attoseconds) = max(.zero, interval).components
        var duration: [UInt8] = []
        WireFields.append(1, UInt64(seconds), to: &duration)
        WireFields.append(2, UInt64(attoseconds / 1_000_000_000), to: &duration)
        var request: [UInt8] = []
        WireFields.append(1, duration, to: &request)
        return request
    }
}
