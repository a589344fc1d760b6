import Budgeting
import GatewaySupport
import Queueing
import Resilience
import Settings
import Suppressing
import Synchronization
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@testable import Dispatching

/// What the dispatcher tells its observer: in the order of its decisions, and with its lock free.
@Suite struct DispatchObserverTests {
    /// Answers anything without a token: no WeChat, no robot.
    private struct Echo: Upstream {
        func target(of api: APIDescriptor, body: [UInt8], token: AccessToken?, at now: Timestamp) -> String? {
            "/echo?\(now.milliseconds)"
        }

        func classify(
            _ result: Result<UpstreamReply, TransportFailure>,
            api: APIDescriptor,
            method: String,
            isCallersShape: Bool
        ) -> Classification {
            Classification(outcome: (try? result.get()) == nil ? .transient : .accepted, breaker: .success)
        }
    }

    private final class Trace: AttemptTrace {
        let number: Int

        init(_ number: Int) { self.number = number }
    }

    /// Notes each event, and whether the dispatcher's lock could have been taken.
    private final class Notes: DispatchObserver, SuppressionObserver, BudgetObserver {
        func observe(_ news: BudgetNews) { note("budget") }
        func suppressed(app: String, because label: String) { note("suppressed \(app) \(label)") }

        let words = Outbox<String>()
        let underLock = Outbox<String>()
        private let dispatcher = Mutex<Dispatcher?>(nil)

        func watch(_ dispatcher: Dispatcher) {
            self.dispatcher.withLock { $0 = dispatcher }
        }

        private func note(_ text: String) {
            words.put(text)
            let isFree = dispatcher.withLock { $0 }.map { $0.state.withLockIfAvailable { _ in true } ?? false } ?? true
            if !isFree { underLock.put(text) }
        }

        func attemptLeaves(_ start: AttemptStart) -> (any AttemptTrace)? {
            let before = (start.trail.previous as? Trace).map { " after \($0.number)" } ?? ""
            note("attempt \(start.lease.number) leaves\(before)")
            return Trace(start.lease.number)
        }

        func observe(_ event: DispatchEvent) {
            switch event {
            case .gateMade(let gate): note("gate \(gate.app) \(gate.api)")
            case .attemptEnded(let end): note("\((end.trace as? Trace)?.number ?? 0) \(end.classification.outcome)")
            case .limiterRefused(let gate): note("no permit \(gate.api)")
            case .breakerMoved(let move, let breaker, _): note("\(breaker) \(move.to)")
            case .messageEnded(let end): note("ended \(end.state) \(end.last?.number ?? 0)")
            case .token, .tokenRequested, .hostMoved, .stopped, .receiptsFound, .ledgerNotWritten, .ledgerFull,
                .ledgerRead:
                note("\(event)")
            }
        }
    }

    private struct Bench {
        let notes = Notes()
        let transport = FakeTransport()
        let journal = MemoryJournal(isManual: true)
        let time = ManualTimeSource(timestamp: .noon)
        let dispatcher: Dispatcher
        let slot: AppSlot?
        let api = APICatalog.descriptor(method: "POST", path: Path.template)

        init(limit: RateLimit = .wide) {
            let settings = DispatchSettings(
                policy: DispatchPolicy(),
                classes: ["available": .available],
                defaultClass: "available",
                maxWaiting: 100,
                maxWaitingBytes: 1 << 20,
                connectTimeout: .seconds(1)
            )
            let app = AppRuntime(
                name: "echo",
                hosts: ["https://echo.example"],
                limits: AppLimits(others: limit),
                keeper: nil,
                upstream: Echo()
            )
            dispatcher = Dispatcher(
                settings: settings,
                transport: transport,
                journal: journal,
                time: time,
                observer: notes,
                suppressions: SuppressionBook([:], journal: journal, observer: notes, time: time),
                budgets: BudgetBook([:], journal: journal, observer: notes, time: time),
                seed: 1
            )
            slot = dispatcher.reload(settings, AppChanges(arriving: [app]))["echo"]
            notes.watch(dispatcher)
        }

        func accept() -> JobID {
            let id = dispatcher.makeID()
            let now = time.timestamp()
            let message = Message(id: id, app: "echo", type: .template, createdAt: now)
            dispatcher.accept(message, MessageContent(body: Array("{}".utf8))) { _ in }
            return id
        }
    }

    @Test func `a message's attempts and its end are told in order, and each attempt knows the one before`() {
        let bench = Bench()
        _ = bench.accept()
        bench.journal.commit()
        #expect(bench.transport.sent.first?.request.target.hasPrefix("/echo?") == true)
        bench.transport.answer(.failure(TransportFailure(.connect, bytesLeft: false)))
        bench.journal.commit()
        bench.time.advance(by: .seconds(20))
        bench.dispatcher.look()
        bench.journal.commit()
        bench.transport.answer(.success(.ok))
        #expect(
            bench.notes.words.all == [
                "gate echo \(Path.template)", "attempt 1 leaves", "1 transient", "attempt 2 leaves after 1",
                "ended sent 2", "2 accepted",
            ]
        )
        #expect(bench.notes.underLock.all == [])
    }

    @Test func `an operator's decisions and ends without an attempt are told with the lock free`() {
        let bench = Bench()
        let breaker = "echo~echo.example~message"
        #expect(bench.dispatcher.setPaused(true, app: "echo", because: "test"))
        let id = bench.accept()
        bench.journal.commit()
        #expect(bench.dispatcher.force(.open, breaker: breaker))
        bench.dispatcher.cancel(id) { _ in }
        #expect(bench.notes.words.all == ["gate echo \(Path.template)", "\(breaker) open", "ended cancelled 0"])
        #expect(bench.notes.underLock.all == [])
    }

    @Test func `a relayed call that the limiter refuses is told, and no attempt of it`() throws {
        let bench = Bench(limit: .single)
        let slot = try #require(bench.slot)
        let ends = Outbox<RelayEnd>()
        for _ in 0..<2 {
            let call = RelayCall(
                method: "POST",
                targetPrefix: Path.template,
                targetSuffix: "",
                usesToken: false,
                headers: [],
                content: .bytes([]),
                app: slot,
                api: bench.api,
                deadline: bench.time.now() + .seconds(1),
                isRepeatable: true
            ) { ends.put($0) }
            _ = bench.dispatcher.relay(call, priority: .normal, retryClass: "available")
        }
        #expect(
            bench.notes.words.all == ["gate echo \(Path.template)", "attempt 1 leaves", "no permit \(Path.template)"]
        )
        #expect(bench.notes.underLock.all == [])
        #expect(ends.count == 1)
    }

    @Test func `entries of another version are told when the ledger is read`() throws {
        let bench = Bench()
        let entry = try #require(LedgerEntry(name: "of-another-version", value: [1], at: bench.time.timestamp()))
        bench.dispatcher.takeBack([entry])
        #expect(bench.notes.words.all == [#"ledgerRead(facts: 0, unread: ["of-another-version"])"#])
    }
}
