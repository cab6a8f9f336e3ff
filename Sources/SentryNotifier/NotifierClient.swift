internal import Foundation
internal import Glibc
public import SentryProcesses
internal import Synchronization

/// The daemon's end of a process that carries out notifications. Sending never waits.
@safe
public final class NotifierClient: Sendable {
  /// Its number.
  public let process: Int32
  /// What it answers; ends when the process does.
  public let replies: AsyncStream<NoticeReply>
  private let line: Line

  /// Starts the process.
  public init(
    _ confinement: Confinement, command: HelperCommand = .ourselves("notifier")
  ) throws(ProcessError) {
    let (process, ours) = try command.start(Self.circumstances(confinement)) {
      NoticeSocket(descriptor: $0).makeRoom()
    }
    self.process = process
    let line = Line(ours)
    self.line = line
    let (replies, continuation) = AsyncStream.makeStream(of: NoticeReply.self)
    self.replies = replies
    Thread.detachNewThread {
      var buffer = NoticeSocket.makeBuffer()
      while let reply = line.socket.receive(NoticeReply.self, into: &buffer) { continuation.yield(reply) }
      line.end()
      continuation.finish()
      Self.waitForEnd(of: process)
    }
  }

  /// The process ends, and the programs it runs.
  deinit { line.close() }

  /// Nothing is sent any more; the process ends.
  public func close() { line.close() }

  /// It ends by itself, with the programs it runs, unless it hangs.
  private static func waitForEnd(of process: Int32) {
    for _ in 0..<100 {
      if waitpid(process, nil, WNOHANG) != 0 { return }
      usleep(10_000)
    }
    kill(process, SIGKILL)
    while waitpid(process, nil, 0) < 0, errno == EINTR {}
  }

  private static func circumstances(_ confinement: Confinement) -> HelperCommand.Circumstances {
    var circumstances = HelperCommand.Circumstances()
    circumstances.arguments = ["--user", "\(confinement.user)", "--group", "\(confinement.group)"]
    for group in confinement.groups { circumstances.arguments += ["--more-groups", "\(group)"] }
    circumstances.environment = ProgramEnvironment.variables
    circumstances.group = .ownSession
    return circumstances
  }

  public enum Sending: Sendable, Equatable {
    case sent
    /// Too much waits in the socket: try later.
    case full
    /// The request does not fit into a message.
    case tooLong
    /// The process has ended.
    case closed
  }

  public func send(_ request: NoticeRequest) -> Sending {
    line.isOpen.withLock { isOpen in
      guard isOpen else { return .closed }
      do throws(NoticeSocket.SendFailure) {
        try line.socket.send(request, waits: false)
        return .sent
      } catch {
        return switch error {
        case .full: .full
        case .tooLong: .tooLong
        case .closed: .closed
        }
      }
    }
  }
}

/// Our end of the socket, which two use: who sends, and the thread that waits for replies, which is the last.
private final class Line: Sendable {
  let socket: NoticeSocket
  let isOpen = Mutex(true)

  init(_ descriptor: Int32) { socket = NoticeSocket(descriptor: descriptor) }

  /// Nothing is sent any more, and whoever waits for replies sees the end.
  func close() {
    isOpen.withLock { isOpen in
      guard isOpen else { return }
      isOpen = false
      shutdown(socket.descriptor, Int32(SHUT_RDWR))
    }
  }

  /// Nobody waits for replies any more.
  func end() {
    isOpen.withLock { isOpen in
      isOpen = false
      Glibc.close(socket.descriptor)
    }
  }
}
