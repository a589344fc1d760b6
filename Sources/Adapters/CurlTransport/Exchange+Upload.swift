import CCurl
import WeirPorts

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
            obstacle = .bodyFailed
            return Int(CURL_READFUNC_ABORT)
        }
    }

    /// The reply moved on. If it is there before the request's body has left, libcurl must be told to stop:
    /// by itself it goes on sending to whoever has answered, and takes a failure of that for the exchange's.
    func noteReply() {
        guard head.isComplete, upload.length > 0, !isAnswered, obstacle == nil,
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
