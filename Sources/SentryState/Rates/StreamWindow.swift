// How a TCP sender is kept to a rate by what it hears of its receiver's window.
//
// A sender may send up to the right edge of the window: acknowledgement plus window (RFC 9293 §3.8.6). Here the edge that the
// sender hears of is moved on only as the rate earns it: segments of the receiver pass at once, with a window that reaches to
// the edge and no further. A sender that has come to the edge waits there; nothing of the receiver's may be on its way that
// would tell it to go on, so it is then told by an acknowledgement of our making.
//
// The edge never moves back (RFC 9293 §3.8.6.2.1 calls that shrinking the window), and never reaches further than the
// receiver's own. It moves by whole segments: a sender sends nothing smaller willingly (RFC 9293 §3.8.6.2.1), and a window that changes
// in every segment would hide duplicate acknowledgements (RFC 5681 §2).

internal import SentryPacket

/// What is known of the way from one end of a TCP connection, and how far its sender may go.
struct StreamWindow: BitwiseCopyable {
  private struct Known: OptionSet, BitwiseCopyable {
    let rawValue: UInt8

    /// `sent`.
    static let sent = Known(rawValue: 1 << 0)
    /// `edge`, `receiverEdge`, `acknowledged`.
    static let edge = Known(rawValue: 1 << 1)
    /// `edge` and `receiverEdge` count from the sender's first number, which is not known yet.
    static let opening = Known(rawValue: 1 << 2)
    /// `shift`.
    static let shift = Known(rawValue: 1 << 3)
    /// The sender has ended its stream, or one end has given up.
    static let end = Known(rawValue: 1 << 4)
  }

  private var known: Known = []
  /// By how many bits the receiver shifts its windows.
  private var shift: UInt8 = 0
  /// The longest segment that the receiver takes, in bytes.
  private var segment: UInt16 = 1_460
  /// The number after the last that the sender has sent.
  private(set) var sent: UInt32 = 0
  /// The right edge that the sender was told.
  private(set) var edge: UInt32 = 0
  /// The right edge that the receiver told.
  private(set) var receiverEdge: UInt32 = 0
  /// What the receiver has acknowledged.
  private(set) var acknowledged: UInt32 = 0

  var segmentCount: Int64 { Int64(segment) }

  /// The sender keeps to an edge that is ours.
  var isPaced: Bool { known.isSuperset(of: [.sent, .edge, .shift]) }

  // MARK: What passes

  /// Takes note of a segment of the sender.
  mutating func noteSent(_ numbers: TCPNumbers) {
    if numbers.hasSYN { known.remove(.end) }
    if numbers.hasRST || numbers.hasFIN { known.insert(.end) }
    guard known.contains(.sent), !numbers.hasSYN else { return begin(with: numbers) }
    sent = later(sent, numbers.next)
  }

  private mutating func begin(with numbers: TCPNumbers) {
    sent = numbers.next
    known.insert(.sent)
    guard known.contains(.opening) else { return }
    known.remove(.opening)
    known.insert(.edge)
    acknowledged = sent
    edge &+= sent
    receiverEdge &+= sent
  }

  /// The sender has sent no further than it was told it may. The window field counts in steps, so the last step is allowed.
  func allows(_ numbers: TCPNumbers) -> Bool {
    isPaced && !isAfter(numbers.next, edge &+ (1 << UInt32(shift)))
  }

  /// Takes note of a segment of the receiver.
  ///
  /// - Parameters:
  ///   - shift: how the receiver shifts its windows; `nil` while that is not known.
  ///   - maximumSegment: what its SYN says of it.
  ///   - credit: bytes that the sender may send besides what it has sent.
  /// - Returns: what its window field is to say: what it says, or less.
  mutating func limit(_ numbers: TCPNumbers, shift: UInt8?, maximumSegment: UInt16?, credit: Int64) -> UInt16 {
    if numbers.hasRST { known.insert(.end) }
    if let maximumSegment { segment = max(88, maximumSegment) }
    guard !numbers.hasSYN else { return open(numbers, credit) }
    guard numbers.hasACK, let shift else { return numbers.window }
    self.shift = shift
    known.insert(.shift)
    let told = numbers.acknowledgement &+ UInt32(numbers.window) << UInt32(shift)
    if !known.contains(.sent) {
      sent = numbers.acknowledgement
      known.insert(.sent)
    }
    if !known.contains(.edge) {
      acknowledged = numbers.acknowledgement
      receiverEdge = told
      edge = sent &+ Self.offset(max(credit, openingWindow))
      known.insert(.edge)
      known.remove(.opening)
    }
    receiverEdge = later(receiverEdge, told)
    acknowledged = later(acknowledged, numbers.acknowledgement)
    move(credit)
    return min(numbers.window, field(to: edge, from: numbers.acknowledgement))
  }

  /// What a sender may send before it hears more. Less would make it choose small segments.
  private var openingWindow: Int64 { 4 * segmentCount }

  /// The window of a SYN is not shifted (RFC 7323 §2.2).
  private mutating func open(_ numbers: TCPNumbers, _ credit: Int64) -> UInt16 {
    let window = UInt16(clamping: min(Int64(numbers.window), max(credit, openingWindow)))
    edge = UInt32(window)
    receiverEdge = UInt32(numbers.window)
    known.subtract([.edge, .end])
    known.insert(.opening)
    guard numbers.hasACK else { return window }
    sent = numbers.acknowledgement
    acknowledged = sent
    edge &+= sent
    receiverEdge &+= sent
    known.formUnion([.sent, .edge])
    known.remove(.opening)
    return window
  }

  // MARK: The edge

  /// The sender has come to the edge, or so near that no whole segment fits in, and only we can tell it to go on.
  var isAtEdge: Bool {
    isPaced && !known.contains(.end) && isAfter(receiverEdge, edge)
      && !isAfter(edge, sent &+ UInt32(segment) &- 1)
  }

  /// Moves the edge on by what has been earned, if that is a whole segment or all that the receiver takes.
  ///
  /// - Returns: whether it has moved.
  @discardableResult
  mutating func move(_ credit: Int64) -> Bool {
    guard isPaced, credit > 0 else { return false }
    let earned = sent &+ Self.offset(credit)
    let next = isAfter(earned, receiverEdge) ? receiverEdge : earned
    guard isAfter(next, edge), next == receiverEdge || next &- edge >= UInt32(segment) else { return false }
    edge = next
    return true
  }

  /// Lets the sender go as far as its receiver takes.
  ///
  /// - Returns: whether it was kept from that.
  mutating func moveToReceiverEdge() -> Bool {
    guard isPaced, !known.contains(.end), isAfter(receiverEdge, edge) else { return false }
    edge = receiverEdge
    return true
  }

  /// What the window field of a segment that acknowledges what was acknowledged last says.
  var field: UInt16 {
    let receiver = isAfter(receiverEdge, acknowledged) ? (receiverEdge &- acknowledged) >> UInt32(shift) : 0
    return min(UInt16(clamping: receiver), field(to: edge, from: acknowledged))
  }

  /// Rounded up to a whole step, so that the edge does not seem to move back between two acknowledgements.
  private func field(to edge: UInt32, from acknowledgement: UInt32) -> UInt16 {
    guard isAfter(edge, acknowledgement) else { return 0 }
    let room = UInt64(edge &- acknowledgement)
    return UInt16(clamping: (room + (1 << UInt64(shift)) - 1) >> UInt64(shift))
  }

  /// Windows reach no further than a gibibyte (RFC 7323 §2.3).
  private static func offset(_ count: Int64) -> UInt32 { UInt32(max(0, min(1 << 30, count))) }
}

// Sequence numbers go round: of two, the later is the one less than half of all numbers ahead (RFC 9293 §3.4).

private func isAfter(_ a: UInt32, _ b: UInt32) -> Bool { Int32(bitPattern: a &- b) > 0 }

private func later(_ a: UInt32, _ b: UInt32) -> UInt32 { isAfter(a, b) ? a : b }
