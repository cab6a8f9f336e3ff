internal import Hummingbird
internal import NIOCore
internal import SentryControl
internal import SentryPacket
internal import SentryState

extension Router where Context: CallerContext {
  func answerLists(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.lists + "/{table}")) { _, context in
      let name = context.parameters.get("table") ?? ""
      let tables = name == ControlPath.allTables ? AddressTableKind.allCases : [try Argument.table(name)]
      let text = try await daemon.list(of: tables).text()
      return Response(
        status: .ok, headers: [.contentType: "text/tab-separated-values; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    put(RouterPath(ControlPath.lists)) { request, _ in
      let query = request.uri.queryParameters
      func item(_ name: String) -> String? { query[Substring(name)].map(String.init) }
      let table = try item(ControlPath.listTable).map { try Argument.table($0) } ?? .trigger
      let duration = try item(ControlPath.listDuration).map { try Argument.duration($0) }
      let body = try await request.body.collect(upTo: ControlLimit.requestBytes)
      return try Response.json(
        await daemon.importList(
          Array(buffer: body), name: item(ControlPath.documentName) ?? "list", table: table,
          note: item(ControlPath.listNote), duration: duration))
    }
  }
}
