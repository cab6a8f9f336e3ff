/// Where things are on the control socket: HTTP over a Unix socket, every path with the version of the API in front.
public enum ControlPath {
  /// GET: `StatusReply`.
  public static let status = "/v1/status"
  /// GET: `ActiveRulesReply`. PUT a document's bytes, with its name in the query item `name`: `ApplyReply`.
  public static let rules = "/v1/rules"
  /// GET: `OutlineReply`.
  public static let outline = "/v1/rules/outline"
  /// GET: the default document that is part of the program, as text.
  public static let defaultRules = "/v1/rules/default"
  /// GET: `VocabularyReply`.
  public static let vocabulary = "/v1/vocabulary"
  /// POST `DraftRequest`: `DraftReply`.
  public static let drafts = "/v1/drafts"
  /// POST `DraftCheckRequest`: `DraftCheckReply`.
  public static let draftCheck = "/v1/drafts/check"
  /// POST `DraftCopyRequest`: `DraftCopyReply`.
  public static let draftCopy = "/v1/drafts/copy"
  /// POST `ExplainRequest`: what `explain --format json` prints for a packet, with an `ExplainedStateReport` as `state`.
  public static let explain = "/v1/explain"
  /// PUT `EnabledRequest`: `EnabledReply`.
  public static let enabled = "/v1/enabled"
  /// Followed by `/trigger`, `/address`, `/authorize` or `/invalid`. GET: `TableReply`. POST `TableAddRequest`: `TableAddReply`.
  /// DELETE `TableRemoveRequest`: `TableRemoveReply`, and `TableClearReply` for `everything`.
  public static let tables = "/v1/tables"
  /// GET, followed by the name of a table or by `/all`: its entries as text, docs/Tables.md. PUT such text, with its name and its
  /// defaults in the query items `name`, `table`, `note` and `duration`: `TableImportReply`.
  public static let lists = "/v1/lists"
  /// The lists that the document follows. GET: `FollowedListsReply`. POST `RefreshListsRequest`: the same, after their sources were
  /// looked at.
  public static let followedLists = "/v1/followed-lists"
  /// GET, with the query item `address`: `EvidenceReply`.
  public static let evidence = "/v1/evidence"
  /// GET: `LoginsReply`.
  public static let logins = "/v1/logins"
  /// GET: `ApplicationsReply`. POST `PermissionRequest`: `PermissionReply`. DELETE `ForgetPermissionRequest`:
  /// `ForgetPermissionReply`.
  public static let applications = "/v1/applications"
  /// GET: `ApplicationQuestionsReply`. POST `ApplicationAnswerRequest` to `/N`, the number of a question: `ApplicationAnswerReply`.
  public static let applicationQuestions = "/v1/applications/questions"
  /// GET: log entries, oldest first, one JSON object a line; the query items `limit`, `before`, `rule`, `address`, `verdict`, `text`,
  /// `since` and `until` choose among them. With `follow=1` the reply goes on with each new entry until the caller goes away.
  public static let log = "/v1/log"
  /// GET, with the same query items but `limit`, `before` and `follow`: `LogMinutesReply`.
  public static let logMinutes = "/v1/log/minutes"
  /// PUT `EnabledRequest`, whether what rules log is written: `EnabledReply`.
  public static let logging = "/v1/logging"

  /// POST: the document on trial stays, `ConfirmReply`. Must come over another connection than the document did.
  public static let confirm = "/v1/confirm"
  /// GET: `DocumentsReply`. POST `RollbackRequest`: `ApplyReply`.
  public static let rollback = "/v1/rollback"

  /// GET: everything that has happened until now is written to the disk if it can be, then `MemoryReply`.
  public static let memory = "/v1/memory"

  /// GET, with the query items `limit`, `sort` and `address`: `ConnectionsReply`.
  public static let connections = "/v1/connections"
  /// GET: `InterfacesReply`.
  public static let interfaces = "/v1/interfaces"
  /// GET, with the query item `span`: `HistoryReply`.
  public static let history = "/v1/history"
  /// GET, with the query items `span`, or `since` and `until`, `by` and `limit`: `TrafficReply`.
  public static let traffic = "/v1/traffic"
  /// GET: `ReachableReply`.
  public static let reachable = "/v1/reachable"
  /// The query item of `reachable`: how long nets are tried, 1 to 20000, the default. Then what is known is told.
  public static let milliseconds = "milliseconds"
  public static let reachableMilliseconds = 1...20_000
  /// GET: `HealthReply`.
  public static let health = "/v1/health"

  /// GET: `TopReply`.
  public static let top = "/v1/top"
  /// GET: an event a second for as long as the caller listens, as docs/Dashboard.md has it (text/event-stream); with the query item
  /// `rules=1` the events have what rules have counted.
  public static let live = "/v1/live"
  /// POST, on the control socket alone: `LinkReply`.
  public static let links = "/v1/links"
  /// GET: metrics as text that Prometheus reads; with the query item `rules`, `all` or a number, of so many rules. It stands where
  /// Prometheus looks, without a version.
  public static let metrics = "/metrics"

  /// The query item of `rules` that names the document, and of `lists` that names the text, for reports.
  public static let documentName = "name"
  /// The query item of `rules` that says which generation the new document is to replace; status 412 if another is in
  /// force by then.
  public static let expectedGeneration = "generation"
  /// The query item of `rules`, beside `generation`, for the rules in force edited: what was done to them, in a few words.
  /// The document keeps its name and counts its edits.
  public static let change = "change"
  /// The query item of `rules` for a document on trial: the seconds within which it must be confirmed.
  public static let trialSeconds = "confirm"
  /// The query item of `rules`, `1` for a document that may end the SSH connection it comes by.
  public static let force = "force"
  /// The query item of all that changes rules: the SSH connection that the caller comes by, in the form of `SSH_CONNECTION`. It is
  /// asked for where the daemon may not look itself.
  public static let sshConnection = "ssh"
  /// The query item of all that changes something: when the caller stops waiting, in nanoseconds of the system's monotonic clock.
  /// What comes later is refused with status 408.
  public static let deadline = "until"
  /// The query item of `rules`, `1` for a reply with the difference.
  public static let difference = "difference"
  /// The query item of `lists` for lines that name no table.
  public static let listTable = "table"
  /// The query item of `lists` for lines that do not say who entered them.
  public static let listNote = "note"
  /// The query item of `lists` for lines without a duration: seconds, `10m` or the like, or `unlimited`.
  public static let listDuration = "duration"
  /// The query item of `evidence`: an address, net or range as table trigger has it.
  public static let evidenceAddress = "address"
  /// The query item of `metrics`: how many rules, the first in the document, have samples of their own; or `allRules`.
  public static let ruleLimit = "rules"
  /// The query item of `live`.
  public static let liveRules = "rules"
  /// In the place of that number.
  public static let allRules = "all"
  /// In the place of a table's name after `lists`.
  public static let allTables = "all"
  /// The query item of `log` that asks for entries to come.
  public static let follow = "follow"
  /// The query item of `log`, `connections` and `traffic`: at most so many.
  public static let limit = "limit"
  /// The query item of `log` for what is older than the entry with this `id`.
  public static let before = "before"
  /// Query items of `log`: what entries have, and when they came, in seconds since 1970; the times also of `traffic`.
  public static let rule = "rule"
  public static let address = "address"
  public static let verdict = "verdict"
  /// Words that entries have somewhere; of entries on the disk, `StoreReader.mostSearched` are searched.
  public static let text = "text"
  public static let since = "since"
  public static let until = "until"
  /// The query item of `connections`: a `ConnectionOrder`.
  public static let sort = "sort"
  /// The query item of `history` and `traffic`: seconds up to now.
  public static let span = "span"
  /// The query item of `traffic`: a `TrafficOrder`.
  public static let by = "by"
}

/// Where a daemon listens unless told otherwise.
public enum ControlSocket {
  public static let defaultPath = "/run/sentry/sentry.sock"
  /// The environment variable that changes it.
  public static let environmentVariable = "SENTRY_SOCKET"
}

/// Bounds on what a caller may send.
public enum ControlLimit {
  /// For how long a document can be in force on trial.
  public static let trialSeconds = 5...3600
  /// For how long `followedLists` waits at most.
  public static let refreshSeconds = 300
  /// Rules with metrics of their own, unless more are asked for: each is two time series for whoever keeps them.
  public static let ruleMetrics = 1_000
  /// How far back traffic can be asked for: a minute to a year.
  public static let trafficSeconds = 60...31_536_000
  /// Rows of traffic, connections and log entries in one reply.
  public static let trafficRows = 500
  public static let connections = 1_000
  public static let logEntries = 10_000
  /// Of the words that log entries are to have.
  public static let logTextBytes = 1_000
  /// Bytes of a document, or of any other request.
  public static let requestBytes = 64 << 20
}
