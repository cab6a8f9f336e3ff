internal import CProcess
internal import Glibc
internal import SentryPacket

/// The process that looks up owners for the daemon. It has rights that the daemon need not keep (CAP_SYS_PTRACE and
/// CAP_DAC_READ_SEARCH, to see the files of others' processes), and does nothing but answer questions of a fixed form.
public enum OwnerHelper {
  /// Answers what comes over standard input, which must be the socket that `OwnerClient` made, until the other end is closed.
  ///
  /// - Throws: if standard input is no such socket.
  public static func serve() throws(ProcessError) {
    // The daemon's captures and queues are not ours to keep open.
    InheritedFiles.close()
    // Stopped, it would not hear of the daemon's end by its socket. (The daemon's packet thread starts it, and lasts as long.)
    _ = sentry_end_with_parent()
    // The daemon decides when it ends, also when both are told to.
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { signal(number, SIG_IGN) }
    try serve(STDIN_FILENO)
  }

  static func serve(_ descriptor: Int32) throws(ProcessError) {
    var finder = OwnerFinder()
    var path: [UInt8] = []
    var reply: [UInt8] = []
    while let question = try nextQuestion(descriptor) {
      let answer = finder.answer(question, path: &path)
      answer.write(path[...], to: &reply)
      // Safe: the kernel reads so many bytes during the call.
      let sent = unsafe send(descriptor, reply, reply.count, Int32(MSG_NOSIGNAL))
      guard sent == reply.count || errno == EINTR else { return }
    }
  }

  /// `nil` at the end. Messages of another form are passed over.
  private static func nextQuestion(_ descriptor: Int32) throws(ProcessError) -> OwnerQuestion? {
    var buffer = [UInt8](repeating: 0, count: OwnerQuestion.byteCount + 1)
    while true {
      // Safe: the buffer has that size.
      let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw ProcessError(name: "recv", code: errno) }
      guard count > 0 else { return nil }
      if let question = buffer.withRawSpan({ OwnerQuestion(reading: $0.extracting(0..<count)) }) { return question }
    }
  }
}
