internal import Foundation
internal import Glibc
public import SentryPacket

/// The daemon's end of the process that looks up owners. Nothing here ever waits.
@safe
public final class OwnerClient {
  /// Readable when answers wait, or when the process has ended.
  public let descriptor: Int32
  /// Its number.
  public let process: Int32
  private var question: [UInt8] = []
  private var answer = [UInt8](repeating: 0, count: OwnerAnswer.longest)

  /// Starts the process.
  public init(_ command: HelperCommand = .ourselves("owner-lookup")) throws(ProcessError) {
    (process, descriptor) = try command.start()
    question.reserveCapacity(OwnerQuestion.byteCount)
    makeRoom()
  }

  /// For a thousand questions; without the right to that there is room for some hundred.
  private func makeRoom() {
    var size: Int32 = 2 << 20
    for option in [SO_SNDBUFFORCE, SO_SNDBUF] {
      // Safe: the kernel reads one value of this size during the call.
      guard unsafe setsockopt(descriptor, SOL_SOCKET, option, &size, socklen_t(MemoryLayout<Int32>.size)) != 0 else {
        return
      }
    }
  }

  deinit {
    close(descriptor)
    // It ends by itself, but perhaps only after a look at many processes.
    kill(process, SIGKILL)
    // One that hangs in the kernel dies when that lets it go.
    Thread.detachNewThread { [process] in while waitpid(process, nil, 0) < 0, errno == EINTR {} }
  }

  // MARK: Questions and answers

  /// Asks whose a flow is. Answers come in the order of the questions.
  ///
  /// - Parameters:
  ///   - number: comes back with the answer.
  ///   - interface: the system's index; 0 for any.
  ///   - wantsListener: tell whether somebody listens at the local end, too.
  /// - Returns: false if it cannot be asked now.
  public func ask(_ number: UInt32, _ flow: LocalFlow, interface: UInt32, wantsListener: Bool = false) -> Bool {
    OwnerQuestion(number: number, flow: flow, interface: interface, wantsListener: wantsListener).write(to: &question)
    let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
    // Safe: the kernel reads so many bytes during the call.
    return unsafe send(descriptor, question, question.count, flags) == question.count
  }

  /// Hands over the answers that wait, each with the path of the executable, which is empty if it is not known.
  ///
  /// - Returns: false if the process has ended.
  public func receive(_ body: (OwnerAnswer, _ executable: RawSpan) -> Void) -> Bool {
    while true {
      // Safe: the buffer has that size.
      let count = unsafe recv(descriptor, &answer, answer.count, Int32(MSG_DONTWAIT))
      if count < 0 {
        if errno == EINTR { continue }
        return errno == EAGAIN
      }
      guard count > 0 else { return false }
      answer.withRawSpan { bytes in
        let message = bytes.extracting(0..<count)
        guard let (answer, path) = OwnerAnswer.read(message) else { return }
        body(answer, message.extracting(path))
      }
    }
  }
}
