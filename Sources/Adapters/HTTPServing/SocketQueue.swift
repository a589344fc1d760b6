internal import Glibc
internal import NIOCore
internal import NIOPosix

/// What the kernel knows of a connection.
enum SocketQueue {
    /// Bytes written to the socket that the peer hasn't acknowledged; 0 where the kernel doesn't say.
    ///
    /// The kernel takes megabytes before it asks the writer to wait, so that without this a slow peer looks like a dead one.
    static func unacknowledgedBytes(of channel: any Channel) -> Int {
        let count = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            descriptor -> Int in
            var count: CInt = 0
            // SIOCOUTQ of Linux, which has the number of TIOCOUTQ. It writes to `count`, which outlives the call.
            return unsafe ioctl(descriptor, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
        }
        return count.flatMap { $0 } ?? 0
    }
}
