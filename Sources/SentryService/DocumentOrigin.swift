/// Where the document that a daemon starts with comes from.
public enum DocumentOrigin: Sendable {
  /// Somebody asks for it, now or before: a later start without a document takes it again.
  case chosen
  /// It was in force before, and edited then. Who edits rules in force means the rules, not what was promised of them: its tests
  /// may fail.
  case edited
  /// It lies where documents are looked for, or is part of the program.
  case usual
}
