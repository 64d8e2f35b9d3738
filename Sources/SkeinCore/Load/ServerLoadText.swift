// SPDX-License-Identifier: Apache-2.0

/// A server's load as the value of the trailer `skein-load-report`, e.g. `i=7,l=5210000,s=1800000,k=4,n=9f3a04c1`:
///
/// | key | what | |
/// |---|---|---|
/// | `i` | calls in flight | decimal |
/// | `l` | latency at about so many in flight | nanoseconds, decimal |
/// | `s` | service time of a call alone | nanoseconds, decimal |
/// | `k` | calls that run at once without slowing each other | decimal, at least 1 |
/// | `n` | the server's incarnation | hexadecimal, lower case |
///
/// Each once, in any order; further keys are left alone, so that there can be more one day.
package enum ServerLoadText {
    /// Asks for it as a header of a request, with the value `1`, and carries it as a trailer.
    package static let name: StaticString = "skein-load-report"
    /// The most bytes that `write` needs, and half of what `read` looks at.
    package static let maxBytes = 96

    /// The number of bytes written; `target` has room for `maxBytes`.
    package static func write(_ load: ServerLoad, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var end = target
        put("i", UInt64(load.inFlight), &end)
        put("l", nanoseconds(load.latency), &end)
        put("s", nanoseconds(load.serviceTime), &end)
        put("k", UInt64(load.parallelism), &end)
        put("n", load.incarnation, &end, radix: 16)
        // Without the last comma.
        return end - target - 1
    }

    /// `nil` for anything else.
    package static func read(_ text: UnsafeRawBufferPointer) -> ServerLoad? {
        guard text.count <= 2 * maxBytes else { return nil }
        var values = [UInt64?](repeating: nil, count: 5)
        for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard part.count >= 3, part[part.startIndex + 1] == UInt8(ascii: "="), let key = part.first else {
                return nil
            }
            guard let index = keys.firstIndex(of: key) else { continue }
            let digits = part.dropFirst(2)
            guard values[index] == nil, let value = number(digits, radix: index == 4 ? 16 : 10) else { return nil }
            values[index] = value
        }
        guard let inFlight = values[0].flatMap({ UInt32(exactly: $0) }), let latency = values[1],
            let serviceTime = values[2], let parallelism = values[3].flatMap({ UInt32(exactly: $0) }), parallelism > 0,
            let incarnation = values[4]
        else { return nil }
        return ServerLoad(
            inFlight: inFlight, latency: Float(latency) * 1e-9, serviceTime: Float(serviceTime) * 1e-9,
            parallelism: parallelism, incarnation: incarnation)
    }

    private static let keys = Array("ilskn".utf8)

    /// A day at most.
    private static func nanoseconds(_ seconds: Float) -> UInt64 {
        seconds > 0 ? UInt64(min(seconds, 86_400) * 1e9) : 0
    }

    private static func put(
        _ key: Unicode.Scalar, _ value: UInt64, _ end: inout UnsafeMutablePointer<UInt8>, radix: UInt64 = 10
    ) {
        end[0] = UInt8(ascii: key)
        end[1] = UInt8(ascii: "=")
        end += 2
        var length = 1
        var rest = value / radix
        while rest > 0 {
            length += 1
            rest /= radix
        }
        rest = value
        for place in stride(from: length - 1, through: 0, by: -1) {
            let digit = UInt8(rest % radix)
            end[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            rest /= radix
        }
        end[length] = UInt8(ascii: ",")
        end += length + 1
    }

    private static func number(_ digits: Slice<UnsafeRawBufferPointer>, radix: UInt64) -> UInt64? {
        guard (1...16).contains(digits.count) else { return nil }
        var value: UInt64 = 0
        for byte in digits {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f") where radix == 16: digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            value = value * radix + UInt64(digit)
        }
        return value
    }
}
