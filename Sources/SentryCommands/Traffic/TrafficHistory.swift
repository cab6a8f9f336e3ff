internal import ArgumentParser
internal import Foundation
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryPacket
internal import SentryRules

extension Traffic {
  /// `sentry traffic history`
  struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What has come and gone over time.",
      discussion: """
        A line is a minute, an hour or a day. Minutes are kept for a day, hours for a month, days for a year. One restriction \
        at a time: traffic is added up by service, host, application and interface, each for itself.

          sentry traffic history
          sentry traffic history --service https --since 7d
          sentry traffic history --host 203.0.113.9 --every minute --since 1h
          sentry traffic history --interface eth0 --every day --since 30d --format csv
        """)

    @Option(help: "What a line is (default: what suits the time).")
    var every: TrafficScale?

    @Option(
      help: ArgumentHelp("Of a service: https, tcp/443, udp/53, icmp.", valueName: "service"),
      transform: { .service(try TrafficService(argument: $0)) })
    var service: TrafficKey?

    @Option(help: ArgumentHelp("Of a remote host.", valueName: "address"), transform: Self.host)
    var host: TrafficKey?

    @Option(help: ArgumentHelp("Of an interface.", valueName: "name"), transform: { .interface($0) })
    var interface: TrafficKey?

    @Option(help: ArgumentHelp("Of a program: its path.", valueName: "path"), transform: { .application($0) })
    var application: TrafficKey?

    @OptionGroup var options: TrafficOptions

    private var keys: [TrafficKey] { [service, host, interface, application].compactMap { $0 } }

    private static func host(_ text: String) throws -> TrafficKey {
      guard let address = IPAddress(text) else { throw ValidationError("'\(text)' is no address") }
      return .host(address)
    }

    func validate() throws {
      if keys.count > 1 { throw ValidationError("only one of --service, --host, --interface and --application") }
    }

    func run() async throws {
      let reader = try await options.reader()
      let period = options.period()
      let scale = every ?? Self.scale(suiting: period, now: Int64(Date().timeIntervalSince1970))
      let found = try asked { () throws(StoreError) in try reader.history(of: keys.first, scale, period) }
      let spans = Self.filled(found, scale, until: period.until)
      switch options.format {
      case .json: Console.writeLine(try jsonText(TrafficHistoryReport(spans, scale, period)))
      case .csv: Console.write(Self.csv(of: spans))
      case .text:
        let style = Style(isOn: Console.outputHasColour)
        Console.writeLine(Self.text(of: spans, scale, period, style: style).joined(separator: "\n"))
      }
    }

    /// A few dozen lines, where the history reaches back so far.
    static func scale(suiting period: TrafficPeriod, now: Int64) -> TrafficScale {
      let finest = TrafficScale.finest(reachingBackTo: period.since.seconds, now: now)
      let wanted: TrafficScale =
        switch period.seconds {
        case ...7_200: .minute
        case ...(3 * 86_400): .hour
        default: .day
        }
      return finest.rawValue > wanted.rawValue ? finest : wanted
    }

    /// With the spans in which there was nothing, from the first in which there was something.
    static func filled(
      _ spans: [TrafficSpan], _ scale: TrafficScale, until: Timestamp, timeZone: TimeZone = .current
    ) -> [TrafficSpan] {
      var filled: [TrafficSpan] = []
      for span in spans {
        if let last = filled.last { filled += empty(after: last.start, before: span.start, scale, timeZone) }
        filled.append(span)
      }
      if let last = filled.last { filled += empty(after: last.start, before: until, scale, timeZone) }
      return filled
    }

    private static func empty(
      after last: Timestamp, before end: Timestamp, _ scale: TrafficScale, _ timeZone: TimeZone
    ) -> [TrafficSpan] {
      var spans: [TrafficSpan] = []
      var next = following(last, scale, timeZone)
      // A year of minutes is more than anybody reads.
      while next < end, spans.count < 10_000 {
        spans.append(TrafficSpan(start: next, counts: TrafficCounts()))
        next = following(next, scale, timeZone)
      }
      return spans
    }

    /// Days are as long as the clock makes them.
    private static func following(_ time: Timestamp, _ scale: TrafficScale, _ timeZone: TimeZone) -> Timestamp {
      guard scale == .day else { return time.adding(seconds: Int64(scale.rawValue)) }
      var calendar = Calendar(identifier: .gregorian)
      calendar.timeZone = timeZone
      let day = Date(timeIntervalSince1970: Double(time.seconds))
      let next = calendar.date(byAdding: .day, value: 1, to: day)
      return next.map { Timestamp(seconds: Int64($0.timeIntervalSince1970)) } ?? time.adding(seconds: 86_400)
    }

    static func text(
      of spans: [TrafficSpan], _ scale: TrafficScale, _ period: TrafficPeriod, style: Style,
      chart: ([TextTable.Column]) -> BarChart = { BarChart($0) }
    ) -> [String] {
      guard !spans.isEmpty else { return ["no traffic was recorded \(period.text)"] }
      var chart = chart([
        TextTable.Column(title: scale.name), TextTable.Column(title: "in", alignment: .right),
        TextTable.Column(title: "out", alignment: .right), TextTable.Column(title: "packets", alignment: .right),
      ])
      for span in spans {
        chart.add(
          [
            scale.label(span.start), ByteText.short(span.counts.bytesIn), ByteText.short(span.counts.bytesOut),
            grouped(span.counts.packets),
          ], inbound: span.counts.bytesIn, outbound: span.counts.bytesOut)
      }
      let total = spans.reduce(into: TrafficCounts()) { $0 += $1.counts }
      let sum = "\(ByteText.short(total.bytesIn)) in, \(ByteText.short(total.bytesOut)) out"
      return ["\(period.text): \(sum) (bars: \(chart.legend))"] + chart.lines(style: style)
    }

    static func csv(of spans: [TrafficSpan]) -> String {
      var csv = CSVText("time", "packetsIn", "packetsOut", "bytesIn", "bytesOut")
      for span in spans { csv.add([span.start.csvText] + span.counts.fields) }
      return csv.text
    }
  }
}

extension TrafficScale {
  /// `2026-11-22 08:00` on this machine's clock; of a day the date alone.
  func label(_ start: Timestamp) -> String {
    let text = LocalTime().text(secondsSince1970: start.secondsSince1970)
    return String(self == .day ? text.prefix(10) : text.prefix(16))
  }
}

extension Timestamp {
  /// In UTC (ISO 8601), as `2026-11-22T08:00:00Z`.
  var csvText: String {
    LocalTime(timeZone: .gmt).text(secondsSince1970: secondsSince1970).replacing(" ", with: "T") + "Z"
  }
}

/// `sentry traffic history --format json`
struct TrafficHistoryReport: Encodable {
  struct Span: Encodable {
    /// Seconds since 1970, as all times.
    var time: Double
    var counts: TrafficTopReport.Counts
  }

  var since: Double
  var until: Double
  var span: String
  var spans: [Span]

  init(_ spans: [TrafficSpan], _ scale: TrafficScale, _ period: TrafficPeriod) {
    (since, until) = (period.since.secondsSince1970, period.until.secondsSince1970)
    span = scale.name
    self.spans = spans.map { Span(time: $0.start.secondsSince1970, counts: TrafficTopReport.Counts($0.counts)) }
  }
}
