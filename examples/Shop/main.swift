import CurlTransport
import Foundation
import Hummingbird
import SQLiteJournal
import Weir

// WECHAT_APPID=wx… WECHAT_SECRET=… WECHAT_TEMPLATE=… swift run --package-path examples Shop
let environment = ProcessInfo.processInfo.environment
var configuration = GatewayConfiguration()
configuration.apps["shop"] = AppConfiguration(
    appID: environment["WECHAT_APPID"] ?? "",
    secret: environment["WECHAT_SECRET"] ?? ""
)
if let host = environment["WECHAT_HOST"] { configuration.apps["shop"]?.hosts = [host] }

let transport = try CurlTransport()
let journal = try SQLiteJournal(path: "shop-journal")
let gateway = try Gateway(configuration: configuration, transport: transport, journal: journal)
let shop = Shipping(gateway: gateway, template: environment["WECHAT_TEMPLATE"] ?? "")

// The gateway runs as one of the service's: it ends after the listener, when what it accepted is on its way or on disk.
let application = Application(
    router: shop.router(),
    configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 8090)),
    services: [gateway]
)
try await application.runService()
transport.shutdown()
await journal.close()
