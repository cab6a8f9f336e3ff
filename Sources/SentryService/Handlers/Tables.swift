internal import Hummingbird
internal import SentryControl
internal import SentryPacket

extension Router<ControlContext> {
  func answerTables(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.tables + "/{table}")) { _, context in
      let name = context.parameters.get("table") ?? ""
      guard let kind = AddressTableKind.allCases.first(where: { $0.name == name }) else {
        let names = AddressTableKind.allCases.map(\.name).joined(separator: ", ")
        throw HTTPError(.notFound, message: "no table is called '\(name)': there are \(names)")
      }
      return try Response.json(await daemon.table(kind))
    }
  }
}
