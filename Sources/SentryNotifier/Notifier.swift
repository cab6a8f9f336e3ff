internal import Foundation
internal import Glibc
public import SentryProcesses

/// The process that carries out notifications for the daemon. It has no rights, and does nothing but what it is told in requests of
/// a fixed form; each of them is bounded in time.
public enum Notifier {
  /// Gives up all rights and begins anew; then it is to `serve`.
  ///
  /// - Throws: why it cannot live without rights.
  public static func begin(_ confinement: Confinement, then arguments: [String]) throws(ProcessError) -> Never {
    try confinement.restart(arguments)
  }

  /// Carries out what comes over standard input, which must be the socket that `NotifierClient` made, until the other end is closed.
  /// Programs that are still under way then are ended.
  ///
  /// - Throws: if it has rights.
  public static func serve() async throws(ProcessError) {
    guard Confinement.isInForce else { throw ProcessError(name: "it has rights", code: EPERM) }
    // The daemon decides when it ends, also when both are told to.
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { signal(number, SIG_IGN) }
    await serve(NoticeSocket(descriptor: STDIN_FILENO))
  }

  static func serve(_ socket: NoticeSocket) async {
    let requests = requests(from: socket)
    await withTaskGroup { group in
      for await request in requests {
        group.addTask {
          let reply = await reply(to: request, over: socket)
          // The daemon reads as long as it lives.
          await Blocking.run { try? socket.send(reply, waits: true) }
        }
      }
      // Nobody waits for the others.
      RunningGroups.endAll()
      group.cancelAll()
    }
  }

  private static func requests(from socket: NoticeSocket) -> AsyncStream<NoticeRequest> {
    let (requests, continuation) = AsyncStream.makeStream(of: NoticeRequest.self)
    Thread.detachNewThread {
      var buffer = NoticeSocket.makeBuffer()
      while let request = socket.receive(NoticeRequest.self, into: &buffer) { continuation.yield(request) }
      continuation.finish()
    }
    return requests
  }

  /// The last word on a request. Lists are sent on as they come.
  private static func reply(to request: NoticeRequest, over socket: NoticeSocket) async -> NoticeReply {
    guard case .list(let order) = request.work else {
      return NoticeReply(number: request.number, await outcome(of: request.work))
    }
    let ending = await ListFetch.fetch(order) { bytes in
      let part = NoticeReply(number: request.number, ListAnswer(bytes: bytes))
      return await Blocking.run { (try? socket.send(part, waits: true)) != nil }
    }
    return NoticeReply(number: request.number, ListAnswer(ending))
  }

  static func outcome(of work: NoticeWork) async -> NoticeOutcome {
    switch work {
    case .mail(let order): await Sendmail.send(order)
    case .probe(let text): await Probe.outcome(of: text)
    case .script(let order): await Blocking.run { ScriptRun.outcome(of: order) }
    case .terminals(let order): await Blocking.run { Terminals.show(order) }
    case .desktop(let order): await Blocking.run { DesktopNotification.show(order) }
    case .list: .failed("a list is answered in parts")
    }
  }
}

/// Work that waits for the system, on a thread of its own.
package enum Blocking {
  package static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: body()) }
    }
  }
}
