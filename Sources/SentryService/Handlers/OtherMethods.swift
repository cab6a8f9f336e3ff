internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  /// What each path is for; every other method is answered with status 405 (RFC 9110 §15.5.6).
  private static var methods: [(path: String, allowed: [HTTPRequest.Method])] {
    [
      (ControlPath.status, [.get]), (ControlPath.rules, [.get, .put]), (ControlPath.enabled, [.put]),
      (ControlPath.confirm, [.post]), (ControlPath.rollback, [.get, .post]),
      (ControlPath.tables + "/{table}", [.get, .post, .delete]), (ControlPath.lists, [.put]),
      (ControlPath.lists + "/{table}", [.get]), (ControlPath.log, [.get]), (ControlPath.logging, [.put]),
      (ControlPath.followedLists, [.get, .post]), (ControlPath.evidence, [.get]),
      (ControlPath.logins, [.get]),
      (ControlPath.applications, [.get, .post, .delete]), (ControlPath.applicationQuestions, [.get]),
      (ControlPath.applicationQuestions + "/{number}", [.post]),
      (ControlPath.memory, [.get]), (ControlPath.metrics, [.get, .head]), (ControlPath.top, [.get]),
      (ControlPath.vocabulary, [.get]), (ControlPath.outline, [.get]), (ControlPath.defaultRules, [.get]),
      (ControlPath.drafts, [.post]),
      (ControlPath.draftCheck, [.post]), (ControlPath.draftCopy, [.post]), (ControlPath.explain, [.post]),
      (ControlPath.history, [.get]), (ControlPath.traffic, [.get]), (ControlPath.logMinutes, [.get]),
      (ControlPath.connections, [.get]), (ControlPath.interfaces, [.get]), (ControlPath.health, [.get]),
      (ControlPath.live, [.get]), (ControlPath.reachable, [.get]),
    ]
  }

  /// After all other handlers.
  func refuseOtherMethods() {
    for (path, allowed) in Self.methods { refuseMethods(of: path, besides: allowed) }
  }
}

extension Router {
  func refuseMethods(of path: String, besides allowed: [HTTPRequest.Method]) {
    let names = allowed.map(\.rawValue).joined(separator: ", ")
    for method in [.get, .head, .post, .put, .patch, .delete, .options, .trace] as [HTTPRequest.Method]
    where !allowed.contains(method) {
      on(RouterPath(path), method: method) { request, _ -> Response in
        throw HTTPError(
          .methodNotAllowed, headers: [.allow: names],
          message: "\(request.method.rawValue) is not for \(request.uri.path): expected \(names)")
      }
    }
  }
}
