import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The thread that runs a `CurlLoop`.
final class LoopThread: Sendable {
    private let id: pthread_t
    private let isJoined = Mutex(false)

    init(running loop: consuming CurlLoop) throws(CurlSetupError) {
        var id = pthread_t()
        let context = unsafe Unmanaged.passRetained(loop)
        // Signals are for the process's other threads. Blocking SIGPIPE matters: OpenSSL writes with write(2), and
        // with NOSIGNAL libcurl leaves that signal alone. The new thread inherits the mask.
        var all = sigset_t()
        var before = sigset_t()
        _ = unsafe sigfillset(&all)
        _ = unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        let status = unsafe pthread_create(
            &id,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<CurlLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            context.toOpaque()
        )
        _ = unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        guard status == 0 else {
            unsafe context.release()
            throw .noResources("pthread_create: \(status)")
        }
        self.id = id
    }

    /// Waits for the thread's end, however many ask for it. On the thread itself it only lets go.
    func join() {
        if pthread_equal(pthread_self(), id) != 0 {
            // Whoever holds the lock is waiting for this thread, and must not be waited for.
            _ = isJoined.withLockIfAvailable { isJoined in
                if !isJoined { isJoined = pthread_detach(id) == 0 }
            }
        } else {
            isJoined.withLock { isJoined in
                if !isJoined { isJoined = pthread_join(id, nil) == 0 }
            }
        }
    }
}
