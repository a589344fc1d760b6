import CCurl
import Resilience
import WeirPorts

extension Exchange {
    /// HEADERFUNCTION's answer: whether the line was taken.
    func takeHead(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard unsafe head.take(line) else {
            obstacle = .tooLarge
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
            obstacle = .tooLarge
            return 0
        }
        let soFar = reply.bytes.count + piece.count
        let need = framing.room(soFar: soFar, exempt: ReplyRoom.exempt, limit: limit)
        guard need <= ReplyRoom.exempt || hasRoom(need) else {
            // One paused stream stops all others of its HTTP/2 connection in libcurl 7.88.
            if easy.long(CURLINFO_HTTP_VERSION) == CURL_HTTP_VERSION_2_0 {
                obstacle = .noRoom
                return 0
            }
            isReplyPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        // One allocation where more is to come; the memory is not touched before it is filled.
        if need > soFar, reply.bytes.capacity < need { reply.reserve(need) }
        if let obstacle = unsafe reply.take(piece, coding: framing.coding, limit: limit) {
            self.obstacle = obstacle
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
        obstacle = reply.finish()
        guard obstacle == nil else { return .failure(failure(code)) }
        let body = reply.bytes
        let framing = knownFraming()
        let fields = reply.isDecoded ? framing.decodedFields : framing.fields
        var whole = UpstreamReply(status: head.status, headers: fields, body: body)
        whole.hold = room.settle(body.count)
        return .success(whole)
    }
}
