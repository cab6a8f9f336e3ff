// What the daemon and the process that carries out notifications say to each other: a JSON text each way, in one message of a socket
// that keeps messages apart.

internal import Foundation

/// One notification to carry out.
public struct NoticeRequest: Codable, Sendable, Equatable {
  /// Comes back with the reply.
  public var number: UInt32
  public var work: NoticeWork

  public init(number: UInt32, work: NoticeWork) {
    self.number = number
    self.work = work
  }
}

public enum NoticeWork: Codable, Sendable, Equatable {
  case mail(MailOrder)
  /// Anything else than a `ProbeTarget` is refused.
  case probe(String)
  case script(ScriptOrder)
  case terminals(TerminalOrder)
  case desktop(DesktopOrder)
  /// The list comes in several replies; the last says how it ended.
  case list(ListOrder)
}

/// What became of it.
public struct NoticeReply: Codable, Sendable, Equatable {
  public var number: UInt32
  public var isDone: Bool
  /// What people should know: why it failed, what was found out.
  public var text: String?
  /// A part of a list.
  public var list: ListAnswer?

  public init(number: UInt32, _ outcome: NoticeOutcome) {
    self.number = number
    (isDone, text) =
      switch outcome {
      case .done(let text): (true, text)
      case .failed(let text): (false, text)
      }
  }

  public init(number: UInt32, _ part: ListAnswer) {
    self.number = number
    isDone = false
    list = part
  }
}

public enum NoticeOutcome: Equatable, Sendable {
  /// With what was found out, if that is worth a word.
  case done(String? = nil)
  case failed(String)
}

enum NoticeMessage {
  /// The longest, in bytes; below what a socket's buffer usually takes (`net.core.wmem_default`).
  static let longest = 128 << 10

  static func bytes(of message: some Encodable) -> [UInt8]? {
    guard let data = try? JSONEncoder().encode(message), data.count <= longest else { return nil }
    return Array(data)
  }

  static func read<Message: Decodable>(_ bytes: some Collection<UInt8>, as type: Message.Type) -> Message? {
    try? JSONDecoder().decode(type, from: Data(bytes))
  }
}
