/// What the kernel does with packets to be judged while no daemon judges them.
public enum FailurePolicy: String, Sendable, CaseIterable {
  /// They pass.
  case failOpen = "fail-open"
  /// They are dropped.
  case failClosed = "fail-closed"
}
