/// What became of documents that were to be put in force, since the start.
struct ApplyOutcomes: Sendable, Equatable {
  var applied: UInt64 = 0
  /// The rules in force, edited.
  var edited: UInt64 = 0
  /// They have errors, or would end the SSH connection they came by, or another was on trial.
  var refused: UInt64 = 0
  /// Earlier ones that somebody went back to.
  var rolledBack: UInt64 = 0
  /// They were on trial, and nobody has confirmed them in time.
  var unconfirmed: UInt64 = 0
}
