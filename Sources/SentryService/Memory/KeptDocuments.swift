internal import SentryJournal

/// The documents that were put in force: those that the database has, and those it is to get.
///
/// Whoever goes back to one waits for no disk: what is written stays in memory, too, unless that is too much.
struct KeptDocuments {
  /// In bytes of text; more is read from the disk when it is asked for.
  private static let mostBytes = 4 << 20

  /// What the database has, oldest first; `nil`: too much to be kept in memory.
  private var written: [StoredDocument]? = []
  /// What it is to get.
  private(set) var new: [StoredDocument] = []
  /// So many of `new` are being written.
  private var underWay = 0

  /// All, oldest first, the last in force; `nil` where the database must be asked for those before `new`.
  var all: [StoredDocument]? { written.map { StoredDocument.kept(of: $0 + new) } }

  /// The database is seen to have these.
  mutating func found(_ documents: [StoredDocument]) {
    let bytes = documents.reduce(0) { $0 + $1.text.utf8.count }
    written = bytes <= Self.mostBytes ? documents : nil
  }

  /// Another document is in force.
  mutating func append(_ document: StoredDocument) {
    new.append(document)
    // What is being written must stay what it is.
    if underWay == 0 { new = StoredDocument.kept(of: new) }
  }

  /// The database has none any more: it is to get again what it had, and what it was to get anyway.
  ///
  /// - Parameter readable: what could still be read of it, for where that is not known.
  mutating func beginAnew(with readable: [StoredDocument]) {
    let known = written ?? []
    new = StoredDocument.kept(of: (known.isEmpty ? readable : known) + new)
    written = []
  }

  /// - Returns: what is to be written now; `endWriting` must follow.
  mutating func beginWriting() -> [StoredDocument] {
    underWay = new.count
    return new
  }

  mutating func endWriting(isWritten: Bool) {
    if isWritten, underWay > 0 {
      if let written { found(StoredDocument.kept(of: written + new.prefix(underWay))) }
      new.removeFirst(underWay)
    }
    underWay = 0
  }
}
