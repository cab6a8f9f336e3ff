internal import DequeModule
internal import SentryPacket

/// The questions that the process which looks up owners has not answered, oldest first. They are settled in their order, by an answer
/// or because they have waited too long; so one number tells how far.
struct OwnerQuestions {
  struct Question {
    var number: UInt32
    var flow: LocalFlow
    var time: Timestamp
    /// The system's index of the interface that its packet was seen on.
    var interface: UInt32 = 0
    /// Its local address may be one of this host's.
    var mayBeLocal = false
    /// The way of its packet.
    var direction: Direction
    /// The way the connection was opened; `nil`: as the answer will say.
    var opening: Direction?
    /// Programs of this host that talk to each other need no permission.
    var isLoopback = false

    /// Somebody here has sent its packet just now: one that opens a connection, or a datagram, which the kernel never sends again.
    var isSentNow: Bool {
      direction == .outbound && (opening == .outbound || flow.protocolNumber != IPProtocol.tcp)
    }
  }

  static let limit = 1_024
  /// About packets that come in: strangers leave room for what is sent from here.
  private static let inboundLimit = 768

  private(set) var waiting: Deque<Question> = []
  private var last: UInt32 = 0
  /// The questions up to this one are answered or given up.
  private(set) var settledUpTo: UInt32 = 0

  init() { waiting.reserveCapacity(Self.limit) }

  /// The number of the next question.
  var next: UInt32 { last &+ 1 }

  func hasRoom(for direction: Direction) -> Bool {
    waiting.count < (direction == .inbound ? Self.inboundLimit : Self.limit)
  }

  mutating func append(_ question: Question) {
    last = question.number
    waiting.append(question)
  }

  /// The oldest question, if this is its number: it waits no longer for an answer.
  mutating func take(_ number: UInt32) -> Question? {
    waiting.first?.number == number ? waiting.removeFirst() : nil
  }

  mutating func settle(_ number: UInt32) { if !isSettled(number) { settledUpTo = number } }

  /// Numbers begin again after the last.
  func isSettled(_ number: UInt32) -> Bool { Int32(bitPattern: number &- settledUpTo) <= 0 }

  /// When the oldest was asked.
  var oldest: Timestamp? { waiting.first?.time }

  /// When the oldest was asked for which packets wait.
  var oldestUnsettled: Timestamp? { waiting.first { !isSettled($0.number) }?.time }

  /// How many have waited so long, in nanoseconds.
  func count(olderThan age: Int64, now: Timestamp) -> Int {
    waiting.firstIndex { now.nanoseconds - $0.time.nanoseconds < age } ?? waiting.count
  }

  /// Nobody will answer.
  mutating func removeAll() { waiting.removeAll(keepingCapacity: true) }
}
