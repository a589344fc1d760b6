#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a name server's answer needs of this machine: a descriptor and a thread.
enum LocalResources {
    /// errno of what is short just now; 0 if all is there. libcurl says of neither that it was the cause.
    static func shortage() -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Musl.close(descriptor)
        #endif
        var thread = pthread_t()
        let status = unsafe pthread_create(&thread, nil, { _ in nil }, nil)
        if status == 0 { _ = pthread_join(thread, nil) }
        return status
    }
}
