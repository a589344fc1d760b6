import CCurl
import Testing
import WeirPorts

@testable import CurlTransport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Whose failure it is.
@Suite struct ShortageTests {
    static let kinds: [(FailureEvidence, TransportFailure.Kind)] = [
        (FailureEvidence(code: CURLE_COULDNT_CONNECT, systemError: ECONNREFUSED), .connect),
        (FailureEvidence(code: CURLE_COULDNT_CONNECT, systemError: EHOSTUNREACH), .connect),
        (FailureEvidence(code: CURLE_COULDNT_CONNECT, systemError: EAFNOSUPPORT), .connect),
        (FailureEvidence(code: CURLE_COULDNT_CONNECT, systemError: EMFILE), .shortage),
        (FailureEvidence(code: CURLE_COULDNT_CONNECT, systemError: ENFILE), .shortage),
        (FailureEvidence(code: CURLE_COULDNT_CONNECT, systemError: ENOMEM), .shortage),
        (FailureEvidence(code: CURLE_COULDNT_CONNECT, systemError: ENOBUFS), .shortage),
        (FailureEvidence(code: CURLE_COULDNT_CONNECT, systemError: EADDRNOTAVAIL), .shortage),
        (FailureEvidence(code: CURLE_OPERATION_TIMEDOUT, systemError: EMFILE), .shortage),
        (FailureEvidence(code: CURLE_OPERATION_TIMEDOUT), .connect),
        (FailureEvidence(code: CURLE_OPERATION_TIMEDOUT, isResolved: false), .resolve),
        (FailureEvidence(code: CURLE_OPERATION_TIMEDOUT, bytesLeft: true), .timeout),
        (FailureEvidence(code: CURLE_OPERATION_TIMEDOUT, systemError: EMFILE, bytesLeft: true), .timeout),
        (FailureEvidence(code: CURLE_COULDNT_RESOLVE_HOST), .resolve),
        (FailureEvidence(code: CURLE_COULDNT_RESOLVE_HOST, systemError: EMFILE), .shortage),
        (FailureEvidence(code: CURLE_COULDNT_RESOLVE_PROXY, systemError: EAGAIN), .shortage),
        (FailureEvidence(code: CURLE_OUT_OF_MEMORY), .shortage),
        (FailureEvidence(code: CURLE_OUT_OF_MEMORY, bytesLeft: true), .shortage),
        (FailureEvidence(code: CURLE_FAILED_INIT), .shortage),
        (FailureEvidence(code: CURLE_SSL_CACERT_BADFILE), .shortage),
        (FailureEvidence(code: CURLE_PEER_FAILED_VERIFICATION), .tls),
        (FailureEvidence(code: CURLE_SSL_CONNECT_ERROR), .tls),
        (FailureEvidence(code: CURLE_URL_MALFORMAT), .invalid),
        (FailureEvidence(code: CURLE_BAD_FUNCTION_ARGUMENT), .invalid),
        (FailureEvidence(code: CURLE_UNSUPPORTED_PROTOCOL), .invalid),
        (FailureEvidence(code: CURLE_UNSUPPORTED_PROTOCOL, bytesLeft: true), .malformed),
        (FailureEvidence(code: CURLE_OK, bytesLeft: true), .malformed),
        (FailureEvidence(code: CURLE_OK, bytesLeft: true, hasStatus: true), .reset),
        (FailureEvidence(code: CURLE_RECV_ERROR, bytesLeft: true), .reset),
        (FailureEvidence(code: CURLE_SEND_ERROR, systemError: EMFILE, bytesLeft: true), .reset),
        (FailureEvidence(code: CURLE_ABORTED_BY_CALLBACK, bytesLeft: true), .reset),
    ]

    @Test(arguments: kinds.indices) func `a failure is of the kind that what is known says`(_ index: Int) {
        let (evidence, kind) = Self.kinds[index]
        #expect(evidence.kind == kind)
    }

    @Test func `with no descriptor left a request is short of one, and the upstream did nothing`() async {
        await #expect(processExitsWith: .success) {
            let transport = try CurlTransport()
            let (_, port) = try listen(backlog: 1)
            var request = UpstreamRequest(
                method: "GET",
                origin: "http://127.0.0.1:\(port)",
                target: "/",
                timeout: .seconds(60),
                connectTimeout: .seconds(30)
            )
            var limit = rlimit()
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            _ = unsafe getrlimit(resource, &limit)
            let before = limit
            limit.rlim_cur = min(limit.rlim_cur, 256)
            _ = unsafe setrlimit(resource, &limit)
            // All that are left are taken.
            var taken = [socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)]
            while let last = taken.last, last >= 0 { taken.append(dup(last)) }
            let failure = transport.exchange(request).failure
            var unknown = request
            unknown.origin = "http://nosuch.invalid"
            let unresolved = transport.exchange(unknown).failure
            for descriptor in taken { _ = close(descriptor) }
            limit = before
            _ = unsafe setrlimit(resource, &limit)
            #expect(failure?.kind == .shortage)
            #expect(failure?.bytesLeft == false)
            #expect(failure?.detail.hasSuffix("errno 24") == true)
            #expect(unresolved?.kind == .shortage)
            let server = try ScriptedServer.answering()
            request.origin = server.origin
            #expect(transport.exchange(request).reply?.status == 200)
            #expect(transport.exchange(unknown).failure?.kind == .resolve)
            #expect(server.received.count == 1)
        }
    }
}
