import Budgeting
import Delivering
import Logging
import Operating
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

    /// Hands on what the journal keeps beside messages.
    ///
    /// - Returns: why it could not be read.
    static func takeLedger(
        _ journal: any Journal,
        _ dispatcher: Dispatcher,
        _ books: (suppressions: SuppressionBook, caps: CapBook, budgets: BudgetBook),
        _ operating: (operations: OperationService, audit: AuditTrail)
    ) -> JournalError? {
        do throws(JournalError) {
            let others = books.budgets.takeBack(try journal.ledger())
            dispatcher.takeBack(operating.audit.takeBack(operating.operations.takeBack(others)))
            try books.suppressions.restore()
            try books.caps.restore()
            return nil
        } catch {
            return error
        }
    }
}
