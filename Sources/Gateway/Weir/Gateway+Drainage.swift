extension Gateway {
    /// What a drain came to.
    public struct Drainage: Equatable, Sendable {
        /// How long what was in flight was waited for.
        public let took: Duration
        /// Messages that wait in the journal for the next start.
        public let messagesLeft: Int
        /// Attempts of which nobody will hear the end: 0 where all was well.
        public let inFlight: Int
    }
}
