internal import Hummingbird
internal import NIOCore
internal import SentryControl
internal import SentryRules

extension Router where Context: CallerContext {
  func answerDrafts(from daemon: SentryDaemon) {
    post(RouterPath(ControlPath.drafts)) { request, _ in
      let wanted = try await request.decoded(
        DraftRequest.self, like: #"{"text": "…", "edit": {"switch": {"rules": ["2.1"], "enabled": true}}}"#)
      try wanted.edit?.refuseUnclear()
      return try Response.json(await daemon.draft(wanted))
    }

    post(RouterPath(ControlPath.draftCheck)) { request, _ in
      let wanted = try await request.decoded(DraftCheckRequest.self, like: #"{"text": "…"}"#)
      return try Response.json(await daemon.check(wanted))
    }

    post(RouterPath(ControlPath.draftCopy)) { request, _ in
      let wanted = try await request.decoded(DraftCopyRequest.self, like: #"{"text": "…", "rules": ["2.3"]}"#)
      guard !wanted.rules.isEmpty else { throw HTTPError(.badRequest, message: "no rule is named") }
      do {
        return try Response.json(await daemon.copy(wanted))
      } catch let error as EditError {
        throw HTTPError(.unprocessableContent, message: error.message)
      }
    }
  }
}

extension DraftEdit {
  /// What is no edit at all is answered with an error, what cannot be done with a reason in the reply.
  fileprivate func refuseUnclear() throws(HTTPError) {
    let forms = givenForms
    guard forms.count == 1 else {
      let found = forms.isEmpty ? "none" : forms.joined(separator: " and ")
      throw HTTPError(
        .badRequest, message: "an edit is one of set, delete, move, paste, new and switch; found \(found)")
    }
    if let set, RuleField(rawValue: set.field) == nil {
      let names = RuleField.allCases.map(\.rawValue).joined(separator: ", ")
      throw HTTPError(.badRequest, message: "'\(set.field)' is no field of a rule: there are \(names)")
    }
    let named = delete ?? move?.rules ?? `switch`?.rules
    if let named, named.isEmpty { throw HTTPError(.badRequest, message: "no rule is named") }
  }
}
