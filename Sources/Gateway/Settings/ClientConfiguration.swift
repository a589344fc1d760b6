public import Budgeting
public import Delivering
public import Eventing
public import Queueing
public import Resilience

/// One internal caller.
public struct ClientConfiguration: Equatable, Sendable {
    /// Every key that is accepted; the first is the newest.
    public var keys: [String]
    /// The apps it may use; `nil` for all.
    public var apps: [String]?
    /// Paths it may call through the relay although they are denied by default, and send messages to (mass sends, quota clearing, rid/get).
    public var apis: [String] = []
    /// How many calls and messages it may hand over; `nil` for no limit.
    public var rate: RateLimit?
    /// Its share inside one priority, 1 to 1,000: how many of its calls and messages leave for each one of a client of weight 1, while both
    /// have some that wait for the same api of the same app.
    public var weight = 1
    /// Where a request names none.
    public var priority: Priority?
    /// The highest that a request may ask for.
    public var maxPriority = Priority.urgent
    /// Where a request names none.
    public var retryClass: String?
    /// How refusals of its relayed calls are numbered; `nil` for as `relay` says.
    public var errorCodes: RelayConfiguration.ErrorCodes?
    /// How many calls that WeChat counts it may cause a day, by app and api: all that count a call must have room for it.
    public var budgets: [BudgetConfiguration] = []
    /// What its signed events become; `nil` where it may send none.
    public var events: EventConfiguration?
    /// Under which the `callback_url` of its messages must be; none where they may have none.
    public var callbacks: [DeliveryAddress] = []
    /// What signs that its messages ended; `nil` for the first secret of its events.
    public var callbackSecret: String?

    /// A client that may use every app and priority, without a limit of its rate.
    public init(keys: [String]) {
        self.keys = keys
    }

    /// What signs deliveries to it; `nil` where there is nothing to sign with.
    public var deliverySecret: String? { callbackSecret ?? events?.secrets.first }
}
