internal import NIOCore
internal import Synchronization

/// The way from other threads to a connection's channel handler, which lives on its event loop alone.
final class ConnectionLink: TaskExecutor {
    private let eventLoop: any EventLoop
    private let handler: Mutex<NIOLoopBound<ServingHandler>?>

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        handler = Mutex(nil)
    }

    func connect(to handler: ServingHandler) {
        let bound = NIOLoopBound(handler, eventLoop: eventLoop)
        self.handler.withLock { $0 = bound }
    }

    /// The connection has closed; later calls do nothing.
    func disconnect() {
        handler.withLock { $0 = nil }
    }

    /// Does `action` on the event loop: at once when already there.
    func run(_ action: @escaping @Sendable (ServingHandler) -> Void) {
        guard let handler = handler.withLock({ $0 }) else { return }
        if eventLoop.inEventLoop {
            action(handler.value)
        } else {
            eventLoop.execute { action(handler.value) }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { [self] in unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
