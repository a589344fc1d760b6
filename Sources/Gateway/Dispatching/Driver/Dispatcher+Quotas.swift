import Queueing
import Synchronization
import Timekeeping
import WeChat
import WeirPorts
import WireJSON

/// Questions about the daily quotas: calls of Weir's own, for which the app's limits, breakers and parks hold.
extension Dispatcher {
    /// Questions of one look. With it ten thousand apps don't ask all at once: of 3,000 apis in use each is asked about every five
    /// minutes, of more less often.
    static let quotaQuestionsAtOnce = 10
    /// How long a question may take, its wait for a turn included.
    private static let quotaPatience = Duration.milliseconds(4500)
    private static let quotaAPI = APICatalog.descriptor(method: "POST", path: QuotaQuestion.path)

    /// Asks WeChat what of the quotas is used whose time has come. To be called each second.
    package func askForQuotas() {
        let questions = update { state, now in
            state.machine.takeQuotaQuestions(limit: Dispatcher.quotaQuestionsAtOnce, at: now)
        }
        for question in questions { ask(question) }
    }

    private func ask(_ question: QuotaQuestion) {
        let body = QuotaReply.question(path: question.api)
        let call = ownCall(question.app, Dispatcher.quotaAPI, QuotaQuestion.path, body, isRepeatable: true) {
            [weak self] end in
            self?.update { state, now in state.machine.answer(question, QuotaAnswer(end), at: now) }
        }
        _ = relay(call, priority: .normal, retryClass: "available")
    }

    /// The quotas of an app's apis, by their labels.
    package func quotas(of app: AppSlot) -> [(api: String, quota: DispatchSnapshot.Quota)] {
        state.withLock { $0.machine.isPresent(app) ? $0.machine.quotas(of: app.place, at: time.moment()) : [] }
    }

    // MARK: Clearing

    private static let clearingPath = "/cgi-bin/clear_quota"
    private static let clearingAPI = APICatalog.descriptor(method: "POST", path: clearingPath)

    /// Has WeChat count all of an account's quotas anew: ten times a month, so it is asked once and never repeated.
    ///
    /// - Returns: how that ended, and where WeChat did it, how often Weir had it done this month.
    package func clearQuotas(of app: AppSlot, appID: String) async -> (end: RelayEnd, count: Int?) {
        var json = JSONWriter()
        json.object { $0.member("appid", appID) }
        let end = await withCheckedContinuation { (waiter: CheckedContinuation<RelayEnd, Never>) in
            let call = ownCall(app, Dispatcher.clearingAPI, Dispatcher.clearingPath, json.bytes, isRepeatable: false) {
                waiter.resume(returning: $0)
            }
            _ = relay(call, priority: .urgent, retryClass: "available")
        }
        guard case .attempted(let last) = end, last.classification.outcome == .accepted else { return (end, nil) }
        return (end, update { state, now in state.machine.quotasWereCleared(app, at: now) })
    }

    private func ownCall(
        _ app: AppSlot,
        _ api: APIDescriptor,
        _ path: String,
        _ body: [UInt8],
        isRepeatable: Bool,
        _ completion: @escaping @Sendable (RelayEnd) -> Void
    ) -> RelayCall {
        RelayCall(
            method: "POST",
            targetPrefix: path + "?access_token=",
            targetSuffix: "",
            usesToken: true,
            headers: [HeaderField("Content-Type", "application/json; charset=utf-8")],
            content: .bytes(body),
            app: app,
            api: api,
            deadline: time.now() + Dispatcher.quotaPatience,
            isRepeatable: isRepeatable,
            path: path,
            trail: Trail(waitingSince: time.timestamp()),
            isPromised: false,
            completion: completion
        )
    }
}

extension QuotaAnswer {
    fileprivate init(_ end: RelayEnd) {
        self = .none
        guard case .attempted(let last) = end else { return }
        if let errcode = last.classification.errcode, QuotaReply.unknownPaths.contains(errcode) { self = .unknownPath }
        guard last.classification.outcome == .accepted, let reply = last.reply.flatMap({ QuotaReply($0.body) }) else {
            return
        }
        self = .told(limit: reply.limit, used: reply.used)
    }
}
