import Delivering
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

    static func takeLedger(
        _ journal: any Journal,
        _ dispatcher: Dispatcher,
        _ suppressions: SuppressionBook,
        _ operations: OperationService,
        _ audit: AuditTrail
    ) -> JournalError? {
        do throws(JournalError) {
            dispatcher.takeBack(audit.takeBack(operations.takeBack(try journal.ledger())))
            try suppressions.restore()
            return nil
        } catch {
            return error
        }
    }
}
