import Budgeting
package import Clients
package import Dispatching
import Intake
import Queueing
import RequestTracing
import Resilience
import Settings
package import Suppressing
package import Timekeeping
import WeChat
import WeirPorts
import WireJSON

/// WeChat's API at Weir's address: takes a call as an SDK made it, and answers as WeChat would.
package final class RelayService: Sendable {
    let live: LiveSettings.Holder
    let limits: CallerLimits
    let dispatcher: Dispatcher
    let tickets: TicketOffice
    let memory: RepeatMemory
    let observer: any RelayObserver
    let suppressions: SuppressionBook
    let caps: CapBook
    let time: any TimeSource

    package init(
        live: LiveSettings.Holder,
        limits: CallerLimits,
        dispatcher: Dispatcher,
        tickets: TicketOffice,
        observer: any RelayObserver,
        suppressions: SuppressionBook,
        caps: CapBook,
        time: any TimeSource
    ) {
        self.live = live
        self.limits = limits
        self.dispatcher = dispatcher
        self.tickets = tickets
        self.observer = observer
        self.suppressions = suppressions
        self.caps = caps
        self.time = time
        memory = RepeatMemory(time: time)
    }

    /// Answers one call. `onHangup` is given what to do when the caller goes away while it waits.
    package func answer(
        _ request: RelayRequest,
        onHangup: (@escaping @Sendable () -> Void) -> Void
    ) async -> RelayReply {
        switch admit(request) {
        case .answered(let reply): return reply
        case .token(let inquiry): return await token(inquiry)
        case .ticket(let type, let inquiry, let passage): return await ticket(type, inquiry, passage)
        case .call(let inquiry, let passage):
            let admission = time.now() - request.trace.began.instant
            // Only now is it known that the body is worth its memory.
            do throws(RelayBodyError) {
                let content = try await content(of: inquiry)
                if let reply = suppressed(inquiry, passage, content) { return reply }
                let ticket: CapTicket?
                switch cap(inquiry, passage, content) {
                case .counted(let counted): ticket = counted
                case .reached(let reply): return reply
                }
                let began = time.now()
                var charge: BudgetCharge?
                if passage.usesToken, !limits.budgets.isIdle {
                    switch await counted(inquiry, passage) {
                    case .success(let counted): charge = counted
                    case .failure(let refusal):
                        if let ticket { caps.giveBack(ticket) }
                        return overBudget(refusal, inquiry, passage)
                    }
                }
                let call = sent(inquiry, passage, content, charge, at: began, after: admission)
                var reply = await send(call, onHangup: onHangup)
                if let ticket, reply.wasNotTaken { caps.giveBack(ticket) }
                reply.isForeign = passage.isForeign
                return reply
            } catch {
                if case .overloaded = error { dispatcher.turnedAway(app: passage.app.slot) }
                account(error == .overloaded ? .refused : .caller, passage.caller, app: passage.app.name, inquiry)
                return refuse(error, request, api: inquiry.api.label)
            }
        }
    }

    /// What a request's head decides.
    private enum Admission {
        case call(RelayInquiry, RelayPassage)
        /// It asks for a token.
        case token(RelayInquiry)
        /// It asks for a ticket, which Weir keeps.
        case ticket(TicketType, RelayInquiry, RelayPassage)
        case answered(RelayReply)
    }

    /// Apart from the waits, whose frame would have room for all of this.
    @inline(never)
    private func admit(_ request: RelayRequest) -> Admission {
        let target: RelayTarget
        do throws(RelayTargetProblem) {
            target = try RelayTarget(request.target)
        } catch {
            return .answered(refuse(error.refusal, error.why, request, api: APICatalog.otherLabel))
        }
        let inquiry = inquiry(request, target: target)
        if inquiry.api.kind == .token { return .token(inquiry) }
        guard inquiry.api.isRelayed else { return .answered(notRelayed(inquiry)) }
        switch authorise(inquiry) {
        case .refused(let reply): return .answered(reply)
        case .granted(let passage):
            request.trace.note { facts in
                facts.client = passage.caller.name.isEmpty ? nil : passage.caller.name
                facts.app = passage.app === inquiry.directory.foreign ? nil : passage.app.name
                facts.api = inquiry.api.label
            }
            if let type = ticketType(inquiry, passage) { return .ticket(type, inquiry, passage) }
            return .call(inquiry, passage)
        }
    }

    func inquiry(_ request: RelayRequest, target: RelayTarget) -> RelayInquiry {
        let live = live.present
        var api = APICatalog.descriptor(method: request.method, path: target.canonicalPath)
        // A path that the catalog does not know has a lane of its own where the configuration limits it.
        if api.label == APICatalog.otherLabel, live.directory.limits(target.canonicalPath) {
            api.label = target.canonicalPath
        }
        return RelayInquiry(
            request: request,
            target: target,
            api: api,
            live: live
        )
    }

    private func notRelayed(_ inquiry: RelayInquiry) -> RelayReply {
        guard APICatalog.isPlain(inquiry.target.canonicalPath) else {
            let problem = RelayTargetProblem.noPath
            return refuse(problem.refusal, problem.why, inquiry)
        }
        return refuse(.notRelayed, "the path belongs to another product's host", inquiry)
    }

    // MARK: Tokens

    /// The longest body of a token request.
    static let credentialsLimit = 4 << 10

    /// Both token endpoints: a client's key buys a virtual token, always for 7,200 seconds, as SDKs misbehave on less.
    private func token(_ inquiry: RelayInquiry) async -> RelayReply {
        let (request, target, api) = (inquiry.request, inquiry.target, inquiry.target.canonicalPath)
        var body: JSONObjectView?
        if api == "/cgi-bin/stable_token" {
            do throws(RelayBodyError) {
                let bytes = try await request.body(RelayService.credentialsLimit)
                body = try? JSONObjectView(bytes, rules: .lenient)
            } catch {
                return refuse(error, request, api: api)
            }
        }
        let appIDs = body?.string("appid").map { [$0] } ?? target.values("appid")
        let secrets = body?.string("secret").map { [$0] } ?? target.values("secret")
        guard !appIDs.isEmpty, !secrets.isEmpty else {
            return refuse(.unknownClient, "appid and secret are needed", request, api: api)
        }
        guard let token = RelayService.token(appIDs: appIDs, secrets: secrets, inquiry.directory) else {
            let why = "no client of this app has that secret: give the client's key"
            request.trace.note { $0.stranger = Stranger(peer: nil, appID: appIDs[0]) }
            return refuse(.unknownClient, why, request, api: api)
        }
        var json = JSONWriter()
        json.object {
            $0.member("access_token", token)
            $0.member("expires_in", 7200)
        }
        return RelayReply(status: 200, headers: [RelayService.jsonType], body: json.bytes, api: api)
    }

    /// What the first pair buys that buys anything: a name may stand twice in a query, once with a placeholder.
    private static func token(appIDs: [String], secrets: [String], _ directory: ClientDirectory) -> String? {
        for appID in appIDs.prefix(4) {
            for secret in secrets.prefix(4) {
                if let token = directory.virtualToken(appID: appID, secret: secret) { return token }
            }
        }
        return nil
    }

    static let jsonType = HeaderField("Content-Type", "application/json; charset=utf-8")
}

/// What is asked of the relay, as far as the request's head tells: all that is needed to let a call in or to turn it away.
///
/// By reference, like the passage: what a waiting call holds by value makes the frame of each function that waits larger.
final class RelayInquiry: Sendable {
    let request: RelayRequest
    let target: RelayTarget
    let api: APIDescriptor
    /// What was in force when the request came.
    let live: LiveSettings

    init(request: RelayRequest, target: RelayTarget, api: APIDescriptor, live: LiveSettings) {
        self.request = request
        self.target = target
        self.api = api
        self.live = live
    }

    var directory: ClientDirectory { live.directory }
    var settings: RelayConfiguration { live.configuration.relay }

    /// How refusals to this caller are numbered.
    func codes(for caller: Caller) -> RelayConfiguration.ErrorCodes {
        directory.client(caller)?.errorCodes ?? settings.errorCodes
    }
}

/// Who is told what the relay does by itself: metrics.
package protocol RelayObserver: Sendable {
    /// A call brought a token that is not Weir's.
    func foreignToken()

    /// Weir answered in WeChat's place.
    ///
    /// - Parameter app: the app's name in the configuration; `nil` where it is not known.
    func refused(_ refusal: RelayRefusal, because reason: RelayRefusalReason, app: String?)

    /// A call whose client is known was answered.
    func answered(_ call: RelayedCall)
}
