/// What became of questions about processes since the rules first asked.
struct OwnerCounts: Sendable, Equatable {
  var lookups: UInt64 = 0
  var answers: UInt64 = 0
  /// Packets' questions that could not be asked, or were not answered in time.
  var unanswered: UInt64 = 0
  /// There is a socket, but not for our eyes whose.
  var hidden: UInt64 = 0
  /// How long the answers took together.
  var waitNanoseconds: UInt64 = 0
}

struct OwnerSnapshot: Sendable {
  /// `nil` while it does not run.
  var process: Int32?
  var problem: String?
  /// Packets that wait.
  var waiting: Int
  /// Packets that wait for a decision about their program.
  var undecided: Int
  var counts: OwnerCounts
  /// How often the process ended by itself, or was ended because it did not answer.
  var losses: UInt64
}
