internal import ArgumentParser
internal import Foundation
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryPacket
internal import SentryRules

extension Traffic {
  /// `sentry traffic top`, or `sentry traffic` alone.
  struct Top: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The busiest services, hosts, applications or interfaces.",
      discussion: """
        A service is a protocol with the lower of both ports, a host is the remote end. Applications are known while rules ask \
        for them (Application, User). All others, that were not among the busiest, stand in the last line.

          sentry traffic top --by service --since 24h
          sentry traffic top --by host --since '2026-11-22 04:00' --until 06:00
          sentry traffic top --by application -n 0 --format csv
        """)

    @Option(help: "What to add up by.")
    var by = TrafficDimension.service

    @Option(
      name: [.customShort("n"), .customLong("first")],
      help: ArgumentHelp("The busiest so many; 0 for all that have names.", valueName: "number"))
    var first = 20

    @OptionGroup var options: TrafficOptions

    func validate() throws {
      if first < 0 { throw ValidationError("-n expects a number from 0") }
    }

    func run() async throws {
      let reader = try await options.reader()
      let now = Int64(Date().timeIntervalSince1970)
      let period = options.period(now: now)
      let scale = TrafficScale.finest(reachingBackTo: period.since.seconds, now: now)
      let top = try asked { () throws(StoreError) in
        try reader.top(by: by, scale, period, limit: first == 0 ? nil : first)
      }
      switch options.format {
      case .json: Console.writeLine(try jsonText(TrafficTopReport(top, by, scale, period)))
      case .csv: Console.write(Self.csv(of: top, by))
      case .text:
        let style = Style(isOn: Console.outputHasColour)
        Console.writeLine(Self.text(of: top, by, period, style: style).joined(separator: "\n"))
      }
    }

    static func text(
      of top: TrafficTop, _ dimension: TrafficDimension, _ period: TrafficPeriod, style: Style,
      chart: ([TextTable.Column]) -> BarChart = { BarChart($0) }
    ) -> [String] {
      guard !top.rows.isEmpty else { return ["no traffic was recorded \(period.text)"] }
      var chart = chart([
        TextTable.Column(title: dimension.name, longest: 40),
        TextTable.Column(title: "share", alignment: .right), TextTable.Column(title: "bytes", alignment: .right),
        TextTable.Column(title: "in", alignment: .right), TextTable.Column(title: "out", alignment: .right),
        TextTable.Column(title: "packets", alignment: .right),
      ])
      for row in top.rows {
        chart.add(
          [
            row.key.text, share(row.counts.bytes, of: top.total.bytes), ByteText.short(row.counts.bytes),
            ByteText.short(row.counts.bytesIn), ByteText.short(row.counts.bytesOut), grouped(row.counts.packets),
          ], inbound: row.counts.bytesIn, outbound: row.counts.bytesOut)
      }
      let total = "\(ByteText.short(top.total.bytesIn)) in, \(ByteText.short(top.total.bytesOut)) out"
      return ["\(period.text): \(total) (bars: \(chart.legend))"] + chart.lines(style: style)
    }

    /// Whole percent, cut off; what is there but less than one is `<1 %`.
    static func share(_ part: UInt64, of all: UInt64) -> String {
      guard all > 0 else { return "" }
      let percent = part.multipliedFullWidth(by: 100)
      let share = percent.high < all ? all.dividingFullWidth(percent).quotient : 100
      return share == 0 && part > 0 ? "<1 %" : "\(share) %"
    }

    static func csv(of top: TrafficTop, _ dimension: TrafficDimension) -> String {
      let names = dimension == .service ? ["service", "protocol", "port"] : [dimension.name]
      var csv = CSVText(names + ["packetsIn", "packetsOut", "bytesIn", "bytesOut"])
      for row in top.rows {
        csv.add([row.key.text] + (dimension == .service ? row.key.serviceFields : []) + row.counts.fields)
      }
      return csv.text
    }
  }
}

extension TrafficPeriod {
  /// `2026-11-21 08:00:00 to 2026-11-22 08:00:00`
  var text: String {
    let time = LocalTime()
    return
      "\(time.text(secondsSince1970: since.secondsSince1970)) to \(time.text(secondsSince1970: until.secondsSince1970))"
  }
}

extension TrafficKey {
  /// Protocol number and port; empty where there is none.
  var serviceFields: [String] {
    guard case .service(let service) = self else { return ["", ""] }
    return ["\(service.protocolNumber)", service.hasPort ? "\(service.port)" : ""]
  }
}

extension TrafficCounts {
  /// Packets in and out, bytes in and out.
  var fields: [String] { [packetsIn, packetsOut, bytesIn, bytesOut].map { "\($0)" } }
}

/// `sentry traffic top --format json`
struct TrafficTopReport: Encodable {
  struct Counts: Encodable {
    var packetsIn: UInt64
    var packetsOut: UInt64
    var bytesIn: UInt64
    var bytesOut: UInt64

    init(_ counts: TrafficCounts) {
      (packetsIn, packetsOut) = (counts.packetsIn, counts.packetsOut)
      (bytesIn, bytesOut) = (counts.bytesIn, counts.bytesOut)
    }
  }

  struct Row: Encodable {
    /// `nil` for an application that is not known, and for all others.
    var name: String?
    /// Of a service.
    var protocolNumber: UInt8?
    var port: UInt16?
    /// The rest, that was not among the busiest.
    var isOthers: Bool?
    var counts: Counts

    init(_ key: TrafficKey, _ counts: TrafficCounts) {
      name = key.plainName
      self.counts = Counts(counts)
      if case .others = key { isOthers = true }
      guard case .service(let service) = key else { return }
      protocolNumber = service.protocolNumber
      port = service.hasPort ? service.port : nil
    }
  }

  var by: String
  /// Seconds since 1970, as all times.
  var since: Double
  var until: Double
  /// `minute`, `hour` or `day`: as exact as the history is, so far back.
  var span: String
  var total: Counts
  var rows: [Row]

  init(_ top: TrafficTop, _ dimension: TrafficDimension, _ scale: TrafficScale, _ period: TrafficPeriod) {
    by = dimension.name
    (since, until) = (period.since.secondsSince1970, period.until.secondsSince1970)
    span = scale.name
    total = Counts(top.total)
    rows = top.rows.map { Row($0.key, $0.counts) }
  }
}
