import Testing
import Weir

@testable import WeirHTTP

/// Which HTTP status a refusal of the messages API has.
@Suite struct RefusalStatusTests {
    static let statuses: [MessageRefusalReason: Int] = [
        .malformed: 400, .invalid: 422, .unauthorized: 401, .forbidden: 403, .tooLarge: 413,
        .unsupportedMediaType: 415, .rateLimited: 429, .budgetExceeded: 429, .conflict: 409, .wrongState: 409,
        .suppressed: 422, .capped: 422,
        .queueFull: 503,
        .journal: 503, .overloaded: 503, .shuttingDown: 503, .upstream: 503, .notFound: 404,
    ]

    @Test(arguments: MessageRefusalReason.allCases)
    func `each reason has its status`(_ reason: MessageRefusalReason) {
        #expect(reason.status == RefusalStatusTests.statuses[reason])
    }

    @Test(arguments: MessageRefusalReason.allCases)
    func `an Alertmanager hears 503 where it should come again, as it gives up after a 429`(
        _ reason: MessageRefusalReason
    ) {
        #expect(reason.statusForAlertmanager == (reason == .rateLimited ? 503 : reason.status))
    }
}
