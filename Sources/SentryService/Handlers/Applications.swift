internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerApplications(from daemon: SentryDaemon) {
    let path = RouterPath(ControlPath.applications)

    get(path) { _, _ in try Response.json(await daemon.applicationsReply()) }

    post(path) { request, context in
      let wanted = try await request.decoded(
        PermissionRequest.self, like: #"{"path": "/usr/bin/curl", "outbound": "allow"}"#)
      return try Response.json(await daemon.permit(wanted, by: context.caller))
    }

    delete(path) { request, context in
      let wanted = try await request.decoded(ForgetPermissionRequest.self, like: #"{"path": "/usr/bin/curl"}"#)
      return try Response.json(await daemon.forget(wanted, by: context.caller))
    }

    get(RouterPath(ControlPath.applicationQuestions)) { _, _ in
      try Response.json(await daemon.applications.questionsReply())
    }

    post(RouterPath(ControlPath.applicationQuestions + "/{number}")) { request, context in
      let word = context.parameters.get("number") ?? ""
      guard let number = Int(word) else {
        throw HTTPError(.notFound, message: "'\(word)' is no question: expected its number")
      }
      let answer = try await request.decoded(ApplicationAnswerRequest.self, like: #"{"answer": "allow"}"#)
      return try Response.json(
        await daemon.answer(number, answer, by: context.caller))
    }
  }
}

extension PermissionRefusal {
  var status: HTTPResponse.Status {
    switch kind {
    case .unusable: .badRequest
    case .missing: .notFound
    case .gone: .gone
    case .endsLogin: .conflict
    case .notKept: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
    }
  }
}
