import CCurl
import Resilience
import WeirPorts

extension Exchange {
    /// HEADERFUNCTION's answer: whether the line was taken.
    func takeHead(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard unsafe head.take(line) else {
            abort = .tooLarge
            return false
        }
        noteReply()
        return true
    }

    /// WRITEFUNCTION's answer: the piece's length, another one to end the exchange, or that there is no room yet.
    func takeBody(_ piece: UnsafeRawBufferPointer) -> Int {
        let framing = knownFraming()
        let limit = replyLimit
        if framing.coding == nil, let length = framing.length, length > limit {
            abort = .tooLarge
            return 0
        }
        let soFar = reply.bytes.count + piece.count
        let need = framing.room(soFar: soFar, exempt: ReplyRoom.exempt, limit: limit)
        guard need <= ReplyRoom.exempt || hasRoom(need) else {
            // One paused stream stops all others of its HTTP/2 connection in libcurl 7.88.
            if easy.long(CURLINFO_HTTP_VERSION) == CURL_HTTP_VERSION_2_0 {
                abort = .noRoom
                return 0
            }
            isReplyPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        // One allocation where more is to come; the memory is not touched before it is filled.
        if need > soFar, reply.bytes.capacity < need { reply.reserve(need) }
        if let abort = unsafe reply.take(piece, coding: framing.coding, limit: limit) {
            self.abort = abort
            return 0
        }
        noteReply()
        return piece.count
    }

    private func hasRoom(_ bytes: Int) -> Bool {
        room.take(bytes) { [inbox, number] in inbox.post(.room($0, call: number)) }
    }

    /// The head as read once it is whole.
    func knownFraming() -> ReplyFraming {
        if let framing { return framing }
        let read = ReplyFraming(head, method: method)
        framing = read
        return read
    }

    func result(_ code: CURLcode) -> Result<UpstreamReply, TransportFailure> {
        guard isAnswered || code == CURLE_OK, head.isComplete else { return .failure(failure(code)) }
        abort = reply.finish()
        guard abort == nil else { return .failure(failure(code)) }
        let body = reply.bytes
        let framing = knownFraming()
        let fields = reply.isDecoded ? framing.decodedFields : framing.fields
        var whole = UpstreamReply(status: head.status, headers: fields, body: body)
        whole.hold = room.settle(body.count)
        if tellsConnection { whole.connection = connection }
        return .success(whole)
    }

    private var connection: UpstreamConnection {
        UpstreamConnection(
            version: Self.versions[easy.long(CURLINFO_HTTP_VERSION)],
            peerAddress: easy.text(CURLINFO_PRIMARY_IP),
            peerPort: easy.long(CURLINFO_PRIMARY_PORT)
        )
    }

    private static let versions: [Int: String] = [
        Int(CURL_HTTP_VERSION_1_0): "1.0", Int(CURL_HTTP_VERSION_1_1): "1.1", Int(CURL_HTTP_VERSION_2_0): "2",
        Int(CURL_HTTP_VERSION_3): "3",
    ]
}

extension Exchange {
    /// READFUNCTION's answer: how many bytes were copied, or that there are none yet, or never.
    func giveBody(to target: UnsafeMutableRawBufferPointer) -> Int {
        let piece = unsafe upload.give(to: target) { [inbox, number] in inbox.post(.readable(call: number)) }
        switch piece {
        case .bytes(let count): return count
        case .later:
            // Should `wake` have been called already: the loop hears of it after libcurl knows of the pause.
            isUploadPaused = true
            return Int(CURL_READFUNC_PAUSE)
        case .failed:
            abort = .bodyFailed
            return Int(CURL_READFUNC_ABORT)
        }
    }

    /// The reply moved on. If it is there before the request's body has left, libcurl must be told to stop:
    /// by itself it goes on sending to whoever has answered, and takes a failure of that for the exchange's.
    func noteReply() {
        guard head.isComplete, upload.length > 0, !isAnswered, abort == nil,
            easy.offset(CURLINFO_SIZE_UPLOAD_T) < upload.length
        else { return }
        let framing = knownFraming()
        if !framing.hasBody || framing.length == reply.received {
            isAnswered = true
            agenda.add(self)
        } else if isUploadPaused, head.status >= 300 {
            // Here libcurl 7.88 stops sending, but forgets that sending is paused, and never ends.
            isUploadPaused = false
            agenda.add(self)
        }
    }
}
