/// What is done to which gateway.
enum Scripts {
    /// Alerts that no test can make fire within minutes, and why.
    static let exceptions: [String: String] = [
        "WeirQuotaNotReset": "it needs midnight in Shanghai, and in the other scenes it is nine in the morning there",
        "WeirTokenRefreshFailing": "it needs requests that fail once a minute, while the present token works",
        "WeirRecordingRulesMissing": "it needs a Prometheus without the rules that all other scenes need",
        "WeirLabelSetsRefused": "it needs thousands of apps and apis, and holds until the process starts anew",
    ]

    /// What is told of without any scene.
    static let always: Set<String> = ["WeirWatchdog", "WeirAbsent"]

    /// What can't be told where mounting is not allowed.
    static let ofSmallDisks: Set<String> = [
        "WeirJournalDiskFilling", "WeirJournalDiskLow", "WeirJournalDiskFull", "WeirJournalNotWritable",
        "WeirJournalFailing",
    ]

    static func all() throws -> [SceneScript] {
        var scripts =
            [
                breaker, slow, limiter, queue, stuck, account, quota, tokens, burn, messages, budget, process,
                notifications,
            ]
        try scripts.append(slowDisk())
        // Without leave to mount, a file system of a given size can't be had.
        if Mount.isAllowed { try scripts.append(smallDisk()) }
        return scripts
    }

    static func errcode(_ code: Int) -> String {
        ",\"errcode\":\(code)"
    }
}
