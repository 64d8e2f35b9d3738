// SPDX-License-Identifier: Apache-2.0
import Skein

/// Everything costs 2.50, and arrives the next day.
struct OrdersService: Shop_Orders.Service {
    func place(_ order: Shop_Order, context: ServerContext) async throws -> Shop_Receipt {
        if order.lines.isEmpty { throw RPCError(.invalidArgument, "order is empty: expected at least one line") }
        let count = order.lines.reduce(0) { $0 + Int64($1.count) }
        let arrival = Google_Protobuf_Timestamp(seconds: (order.placed?.seconds ?? 0) + 86_400)
        return Shop_Receipt(total: Shop_Money(cents: 250 * count, currency: "EUR"), arrival: arrival)
    }
}

let server = Server(.tcp("127.0.0.1", port: 0), security: .plaintext, services: [OrdersService()])
async let running: Void = server.run()
let channel = try Channel("ipv4:\(try await server.addresses()[0])", security: .plaintext)
let lines = [Shop_Order.Line(item: "pen", count: 2), Shop_Order.Line(item: "ink", count: 1)]
let receipt = try await Shop_Orders.Client(channel).place(
    Shop_Order(lines: lines, placed: .init(seconds: 7)), .deadline(.seconds(10)))
let total = receipt.total ?? .init()
print("total \(total.cents) \(total.currency), arrives at \(receipt.arrival?.seconds ?? 0)")
await channel.shutDown()
server.shutDown()
try await running
