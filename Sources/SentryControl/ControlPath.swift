/// Where things are on the control socket: HTTP over a Unix socket, every path with the version of the API in front.
public enum ControlPath {
  /// GET: `StatusReply`.
  public static let status = "/v1/status"
  /// GET: `ActiveRulesReply`. PUT a document's bytes, with its name in the query item `name`: `ApplyReply`.
  public static let rules = "/v1/rules"
  /// PUT `EnabledRequest`: `EnabledReply`.
  public static let enabled = "/v1/enabled"
  /// Followed by `/trigger`, `/address`, `/authorize` or `/invalid`. GET: `TableReply`. POST `TableAddRequest`: `TableAddReply`.
  /// DELETE `TableRemoveRequest`: `TableRemoveReply`; without a body: all entries, `TableClearReply`.
  public static let tables = "/v1/tables"
  /// GET, followed by the name of a table or by `/all`: its entries as text, docs/Tables.md. PUT such text, with its name and its
  /// defaults in the query items `name`, `table`, `note` and `duration`: `TableImportReply`.
  public static let lists = "/v1/lists"
  /// GET, with the query item `address`: `EvidenceReply`.
  public static let evidence = "/v1/evidence"
  /// GET: recent log entries, oldest first, one JSON object a line; with the query item `follow=1` the reply goes on with
  /// each new entry until the caller goes away.
  public static let log = "/v1/log"

  /// GET: everything that has happened until now is written to the disk if it can be, then `MemoryReply`.
  public static let memory = "/v1/memory"

  /// The query item of `rules` that names the document, and of `lists` that names the text, for reports.
  public static let documentName = "name"
  /// The query item of `rules` that says which generation the new document is to replace; status 412 if another is in
  /// force by then.
  public static let expectedGeneration = "generation"
  /// The query item of `rules`, beside `generation`, for the rules in force edited: what was done to them, in a few words.
  /// The document keeps its name and counts its edits.
  public static let change = "change"
  /// The query item of `lists` for lines that name no table.
  public static let listTable = "table"
  /// The query item of `lists` for lines that do not say who entered them.
  public static let listNote = "note"
  /// The query item of `lists` for lines without a duration: seconds, `10m` or the like, or `unlimited`.
  public static let listDuration = "duration"
  /// The query item of `evidence`: an address, net or range as table trigger has it.
  public static let evidenceAddress = "address"
  /// In the place of a table's name after `lists`.
  public static let allTables = "all"
  /// The query item of `log` that asks for entries to come.
  public static let follow = "follow"
}

/// Where a daemon listens unless told otherwise.
public enum ControlSocket {
  public static let defaultPath = "/run/sentry/sentry.sock"
  /// The environment variable that changes it.
  public static let environmentVariable = "SENTRY_SOCKET"
}

/// Bounds on what a caller may send.
public enum ControlLimit {
  /// Bytes of a document, or of any other request.
  public static let requestBytes = 64 << 20
}
