import Budgeting
import Delivering
import Logging
import Suppressing
import Timekeeping

/// How its parts are made.
extension Gateway {
    /// How the token of an app, or of a robot that has one, is kept.
    static func keepers(
        _ transport: any Transport,
        _ observer: GatewayObserver,
        _ options: Options,
        isTraced: Bool
    ) -> AppRoster.MakeKeeper {
        { name, source, credentials, number in
            let tell: @Sendable (TokenExchange) -> Void = { observer.observe(.tokenRequested($0, app: name)) }
            return TokenKeeper(
                credentials: credentials,
                source: source,
                transport: transport,
                time: options.time,
                seed: options.seed &+ number,
                traced: isTraced ? tell : nil
            ) { observer.observe(.token($0, app: name)) }
        }
    }

    static func deliveries(
        _ configuration: GatewayConfiguration,
        _ transport: any Transport,
        _ journal: any Journal,
        _ observer: any DeliveryObserver,
        _ options: Options
    ) -> DeliveryService {
        DeliveryService(
            configuration.deliveryTerms,
            journal: journal,
            transport: options.deliveryTransport ?? transport,
            observer: observer,
            time: options.time,
            seed: options.seed &+ 1,
            show: \.shown
        )
    }

    static func limits(
        _ configuration: GatewayConfiguration,
        _ journal: any Journal,
        _ metrics: GatewayMetrics,
        _ logger: Logger,
        _ time: any TimeSource
    ) -> CallerLimits {
        let log = BudgetLog(metrics: metrics, logger: logger)
        let budgets = BudgetBook(configuration.budgets, journal: journal, observer: log, time: time)
        return CallerLimits(gate: ClientGate(time: time, observer: metrics), budgets: budgets, time: time)
    }

    static func takeLedger(
        _ journal: any Journal,
        _ dispatcher: Dispatcher,
        _ suppressions: SuppressionBook,
        _ caps: CapBook,
        _ budgets: BudgetBook
    ) -> JournalError? {
        do throws(JournalError) {
            let entries = try journal.ledger()
            budgets.restore(entries.filter(BudgetBook.owns))
            dispatcher.takeBack(entries.filter { !BudgetBook.owns($0) })
            try suppressions.restore()
            try caps.restore()
            return nil
        } catch {
            return error
        }
    }
}
