internal import SentryCapture
internal import SentryNetfilter
internal import SentryPacket
internal import SentryState
internal import Synchronization

/// What is asked of the table of triggered addresses.
enum TableQuestion: Sendable {
  /// How many entries it holds.
  case count
  /// Nets and ranges that somebody has entered.
  case ranges
  /// - Parameter isRepair: something was found to differ.
  case everything(isRepair: Bool)
}

enum TableAnswer: Sendable {
  case count(Int)
  case ranges([AddressEntry])
  case everything(KernelSets.Contents, isRepair: Bool)
  /// Whoever has set it wants to know when all changes before it are carried out.
  case checkpoint(UInt64)
}

/// What changes in the table of triggered addresses, on its way to the kernel's copy: bounded, and never a reason for the packet
/// thread to wait (as `EventQueue`).
///
/// Answers to questions stand among the changes, in the order in which the packet thread knew of both.
final class ChangeQueue: Sendable {
  struct Contents: Sendable {
    var triggered: [AddressChange] = []
    /// Addresses that were authorized.
    var authorized: [AddressNet] = []
    /// Something did not fit, or cannot be told change by change: the whole table has to be asked for.
    var isIncomplete = false
    /// Nets or ranges were entered or removed: they have to be asked for.
    var haveRangesChanged = false
    /// Each behind so many of `triggered`.
    var answers: [(place: Int, answer: TableAnswer)] = []
    fileprivate var capacity: Int

    fileprivate init(capacity: Int) {
      self.capacity = capacity
      triggered.reserveCapacity(capacity)
      authorized.reserveCapacity(capacity / 16)
    }

    fileprivate mutating func removeAll() {
      triggered.removeAll(keepingCapacity: true)
      authorized.removeAll(keepingCapacity: true)
      isIncomplete = false
      haveRangesChanged = false
      answers = []
    }

    mutating func append(_ changes: [AddressChange], isIncomplete: Bool, haveRangesChanged: Bool) {
      let room = capacity - triggered.count
      triggered.append(contentsOf: changes.prefix(room))
      if isIncomplete || changes.count > room { self.isIncomplete = true }
      if haveRangesChanged { self.haveRangesChanged = true }
    }

    mutating func append(authorized changes: [AddressChange], isIncomplete: Bool) {
      if isIncomplete { self.isIncomplete = true }
      for change in changes {
        switch change.kind {
        case .entered where authorized.count < capacity / 16: authorized.append(change.net)
        // What is authorized no longer may have to be blocked.
        case .entered, .removed: self.isIncomplete = true
        case .refreshed: break
        }
      }
    }

    /// The whole table is told: nothing is missing any more.
    mutating func append(_ answer: TableAnswer) {
      if case .everything = answer {
        isIncomplete = false
        haveRangesChanged = false
      }
      answers.append((triggered.count, answer))
    }
  }

  private let capacity: Int
  private let contents: Mutex<Contents>
  /// Readable while something may be there.
  let wake: WakeDescriptor

  init(capacity: Int = 16_384) throws(CaptureError) {
    self.capacity = capacity
    contents = Mutex(Contents(capacity: capacity))
    wake = try WakeDescriptor()
  }

  /// Lets the packet thread put changes in, unless the other side holds the queue right now.
  ///
  /// - Returns: false if it does; nothing was put in then.
  func fillIfFree(_ fill: (inout Contents) -> Void) -> Bool {
    let isFilled: Void? = contents.withLockIfAvailable { fill(&$0) }
    guard isFilled != nil else { return false }
    wake.signal()
    return true
  }

  /// The same for a request, which may wait a moment.
  func fill(_ fill: (inout Contents) -> Void) {
    contents.withLock { fill(&$0) }
    wake.signal()
  }

  /// What one side empties while the other fills its like.
  func makeContents() -> Contents { Contents(capacity: capacity) }

  /// Empties the queue into `taken`, whose own room the queue goes on with.
  func takeAll(into taken: inout Contents) {
    wake.clear()
    taken.removeAll()
    contents.withLock { swap(&$0, &taken) }
  }
}
