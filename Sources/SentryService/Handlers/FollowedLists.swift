internal import Foundation
internal import Hummingbird
internal import NIOCore
internal import SentryControl

extension Router where Context: CallerContext {
  func answerFollowedLists(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.followedLists)) { _, _ in try Response.json(await daemon.followedLists()) }

    post(RouterPath(ControlPath.followedLists)) { request, _ in
      let body = try await request.body.collect(upTo: ControlLimit.requestBytes)
      guard let wanted = try? JSONDecoder().decode(RefreshListsRequest.self, from: Data(body.readableBytesView)) else {
        throw HTTPError(.badRequest, message: #"expected {"names": ["spamhaus"]}, or {"names": []} for all"#)
      }
      do {
        return try Response.json(await daemon.refreshLists(wanted.names))
      } catch let unknown as ListDesk.UnknownList {
        throw HTTPError(.notFound, message: unknown.message)
      }
    }
  }
}
