/// What every journal must do: the sentences of `Journal` and of the values that it takes and gives.
///
/// ```swift
/// @Test(arguments: JournalConformance.checks)
/// func `my journal keeps the contract`(check: JournalCheck) async {
///     #expect(await check.failures(on: MyStorage()) == [])
/// }
/// ```
///
/// Not checked, since no test in one process can see it: that a commit is on the disk itself when it is answered, and
/// that it is fast enough.
public enum JournalConformance {
    /// Every check, in the order of the port.
    public static var checks: [JournalCheck] {
        writingChecks + failingChecks + closingChecks + attemptChecks + messageChecks + restoringChecks + listingChecks
            + idempotencyChecks + sweepingChecks + ledgerChecks + receiptChecks + suppressionChecks + deliveryChecks
            + collapseChecks + countChecks + operatorChecks
    }
}
