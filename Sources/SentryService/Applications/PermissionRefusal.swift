/// Why something about a program's permission was not done.
struct PermissionRefusal: Error, Equatable {
  enum Kind { case unusable, missing, gone, notKept, endsLogin }

  var kind: Kind
  /// What was found, and what would be accepted.
  var message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}
