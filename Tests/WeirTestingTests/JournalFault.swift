/// One way to break a journal. The raw value is the check that is there to find it.
enum JournalFault: String, CaseIterable {
    case answersBeforeItHasStored = "what is answered outlives a kill"
    case losesTheOrderOfTwoWrites = "the writes of one call are done in their order"
    case losesTheOrderOfTwoCalls = "calls of one thread are answered in their order, each once"
    case splitsACall = "all writes of one call share one fate"
    case failsAnEnd = "a settle or a conclude is kept while nothing can be written, and done when it can again"
    case hidesItsFailure = "the status says why nothing can be written, what waits, and when it is over"
    case answersWhenClosed = "a closed journal answers everything with closed"
    case keepsWeChatsIDOverARedrive =
        "a redriven message waits again: its trail stays, its counters, its times and WeChat's id are void"
    case forgetsWhatWasInFlight =
        "what was in flight comes back as interrupted, with when its attempt began, and nothing else does"
    case restoresTheNewestFirst = "what has not ended comes back, oldest first, whatever order it came in"
    case forgetsADoubt = "a doubt is known until a redrive"
    case skipsARow = "the pages of a listing have each message that the filter names once, newest first"
    case knowsAKeyAfterItsWindow = "a key is known for less than 24 hours, also by a clock that was set back"
    case answersWithTheOldestOfAKey = "of several messages under one key the newest counts"
    case forgetsAnEntry = "the ledger has of each name what was remembered last, ordered by name"
    case forgetsASuppression =
        "a suppression is there with its commit, over a kill and a restart, and with it what caused it"
    case forgetsADelivery = "a delivery is told with its commit, and is there over a kill and a restart, oldest first"
    case tellsADeliveryTwice =
        "a message's end is told in its commit where its client wants to hear of it, and of others nothing"
    case countsOneTooFew = "a count says whose and of what kind messages are"
    case forgetsWhatAnOperatorDid =
        "what operators did is kept over a kill and a restart, and listed newest first, page by page"
    case sweepsTooMuchAtOnce = "a step removes no more than its limit, and later steps go on until nothing is left"
}
