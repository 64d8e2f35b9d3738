// SPDX-License-Identifier: Apache-2.0

extension Skein_Registry_V1_Instance {
    /// The instance as the embedded registry's protocol has it.
    init(_ instance: ServiceInstance) {
        self.init(
            id: instance.id, host: instance.host, port: UInt32(clamping: instance.port), weight: instance.weight,
            priority: UInt32(instance.priority), zone: instance.zone, version: instance.version, tags: instance.tags,
            metadata: instance.metadata)
    }
}

extension ServiceInstance {
    init(_ message: Skein_Registry_V1_Instance, of service: String) {
        self.init(service: service, id: message.id, host: message.host, port: Int(message.port))
        (weight, priority) = (message.weight, UInt8(clamping: message.priority))
        (zone, version, tags, metadata) = (message.zone, message.version, message.tags, message.metadata)
    }
}
