internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerEvidence(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.evidence)) { request, _ in
      let address = request.uri.queryParameters[Substring(ControlPath.evidenceAddress)].map(String.init)
      let ranges = try Argument.ranges(address.map { [$0] } ?? [])
      return try Response.json(await daemon.evidence(of: ranges[0]))
    }
  }
}
