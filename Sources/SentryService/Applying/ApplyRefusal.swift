internal import SentryDiagnostics

/// Why the rules in force do not change, whatever the document.
public enum ApplyRefusal: Error, Equatable {
  /// A document is in force on trial.
  case onTrial(name: String, remaining: Int)
  case nothingOnTrial
  /// A confirmation came over the connection that the document came by.
  case sameConnection
  /// A confirmation came through the SSH connection that the document came through, from this address.
  case sameLogin(peer: String)
  /// There is no document so many steps back.
  case noDocument(steps: Int, available: Int)
  /// An earlier document cannot be read by this version.
  case unusable(name: String)
  /// Whoever has asked is gone.
  case givenUp

  /// As a sentence, with the way out.
  public var message: String {
    switch self {
    case .onTrial(let name, let remaining):
      "\(name) is in force on trial for another \(counted(remaining, "second")); say 'sentry confirm' to keep it, or "
        + "'sentry rollback' to go back to the rules before, and try again"
    case .nothingOnTrial: "no document waits to be confirmed"
    case .sameConnection:
      "this connection was there before the document: only a new one shows that one can get in"
    case .sameLogin(let peer):
      "this comes through the SSH connection from \(peer) that was there before the document: open a new login and confirm there, "
        + "then you know that one can be made"
    case .noDocument(_, available: 0): "there is no earlier document to go back to"
    case .noDocument(let steps, let available):
      "there \(available == 1 ? "is" : "are") only \(counted(available, "earlier document")) to go back to, not "
        + "\(grouped(steps)); 'sentry rollback --list' shows what there is"
    case .givenUp: "whoever has asked for this waits no more; nothing was done"
    case .unusable(let name): "\(name), as it was then, cannot be used by this version; the rules in force stay"
    }
  }
}
