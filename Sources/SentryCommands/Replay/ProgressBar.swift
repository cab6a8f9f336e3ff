/// A bar on standard error for files that take longer than a second; nothing where that is not a terminal.
struct ProgressBar {
  private static let width = 40

  private let title: String
  private let total: Int64
  private let isShown: Bool
  private let started = ContinuousClock.now
  private var lastDrawn: ContinuousClock.Instant?
  private var done: Int64 = 0

  /// - Parameter total: bytes to read in all; 0 where that is not known, and then nothing is drawn.
  init(title: String, total: Int64, isShown: Bool = Console.errorIsTerminal) {
    self.title = title
    self.total = total
    self.isShown = isShown && total > 0
  }

  /// Frames between two looks at the clock: the bar must cost nothing per packet.
  static let framesPerUpdate = 1 << 16

  /// Counts a whole file as read.
  mutating func advance(by bytes: Int64?) { done += bytes ?? 0 }

  /// Redraws, at most ten times a second, from the first second on.
  mutating func update(bytesIntoFile: Int64) {
    guard isShown else { return }
    let now = ContinuousClock.now
    guard now - started > .seconds(1), lastDrawn.map({ now - $0 > .milliseconds(100) }) ?? true else { return }
    lastDrawn = now
    let part = min(1, Double(done + bytesIntoFile) / Double(total))
    let filled = Int(part * Double(Self.width))
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: Self.width - filled)
    Console.writeError("\r\(title) [\(bar)] \(Int(part * 100))%", terminator: "")
  }

  /// Takes the bar off the screen.
  func finish() {
    if lastDrawn != nil { Console.writeError("\r\u{1B}[K", terminator: "") }
  }
}
