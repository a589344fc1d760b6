import Settings
import Timekeeping
import WeChatCallback

/// The apps' callback addresses, looked up by path. A reload makes a new one.
struct CallbackTable: Sendable {
    struct Place: Sendable {
        var app: String
        var account: CallbackAccount
    }

    private var places: [String: Place] = [:]
    /// By app, how long a receipt may take.
    private(set) var missingAfter: [String: Duration] = [:]
    /// How old a receipt is when no attempt that it can be about is in flight any more.
    private(set) var settledAfter = Duration.seconds(10)
    /// What subscribers want to hear of.
    let deliveries: EventDeliveries

    init(_ configuration: GatewayConfiguration) {
        deliveries = EventDeliveries(configuration.subscribers)
        for (name, app) in configuration.apps {
            guard let callback = app.callback else { continue }
            places[callback.path] = Place(app: name, account: CallbackAccount(callback, appID: app.appID))
            missingAfter[name] = app.receipts.missingAfter
        }
        settledAfter = configuration.upstream.timeout + .seconds(2)
    }

    subscript(path: String) -> Place? { places[path] }
}

extension CallbackAccount {
    /// Keys that are none are left out: the file's were checked, and without one nothing encrypted opens.
    fileprivate init(_ callback: CallbackConfiguration, appID: String) {
        let keys = callback.aesKeys.compactMap { CallbackKey($0) }
        self.init(
            token: callback.token,
            cipher: CallbackCipher(appID: appID, keys: keys),
            mode: callback.mode
        )
    }
}
