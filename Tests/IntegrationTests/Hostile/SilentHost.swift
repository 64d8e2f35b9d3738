// SPDX-License-Identifier: Apache-2.0
#if os(Linux)
    #if canImport(Glibc)
        import Glibc
    #else
        import Musl
    #endif

    /// A port where connections are neither accepted nor refused: its queue is full.
    struct SilentHost {
        struct Failed: Error { let number: CInt }

        let port: Int
        private var sockets: [CInt] = []

        init() throws {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let listener = SilentHost.makeSocket()
            let isListening = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(listener, $0, length) == 0 && listen(listener, 0) == 0
                        && getsockname(listener, $0, &length) == 0
                }
            }
            guard isListening else { throw Failed(number: errno) }
            port = Int(UInt16(bigEndian: address.sin_port))
            sockets = [listener]
            for _ in 0..<4 {
                let filler = SilentHost.makeSocket()
                _ = withUnsafePointer(to: address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(filler, $0, length) }
                }
                sockets.append(filler)
            }
        }

        private static func makeSocket() -> CInt {
            socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
        }

        func stop() {
            for number in sockets { _ = close(number) }
        }
    }
#endif
