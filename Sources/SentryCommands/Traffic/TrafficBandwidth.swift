internal import ArgumentParser
internal import Foundation
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryPacket
internal import SentryRules

extension Traffic {
  /// `sentry traffic bandwidth`
  struct Bandwidth: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What rules have matched whose names begin with an underscore.",
      discussion: """
        Such rules are measured, whatever they do with their packets: a rule that only measures has the action -> and goes on. \
        Intervals in which a rule has matched nothing are left out. Intervals of less than an hour are kept for a day, hours \
        for a month, days for a year.

          sentry traffic bandwidth
          sentry traffic bandwidth --every 5m --since 2h
          sentry traffic bandwidth --every day --since 30d --format csv
        """)

    /// How long an interval is.
    enum Interval: String, CaseIterable, ExpressibleByArgument {
      case minute, fiveMinutes = "5m", quarter = "15m", half = "30m", hour, day

      /// What is kept, and how many of these are one interval.
      var parts: (scale: TrafficScale, count: Int64) {
        switch self {
        case .minute: (.minute, 1)
        case .fiveMinutes: (.minute, 5)
        case .quarter: (.minute, 15)
        case .half: (.minute, 30)
        case .hour: (.hour, 1)
        case .day: (.day, 1)
        }
      }
    }

    @Option(help: "How long an interval is.")
    var every = Interval.hour

    @OptionGroup var options: TrafficOptions

    func run() async throws {
      let reader = try await options.reader()
      let period = options.period()
      let (scale, count) = every.parts
      let found = try asked { () throws(StoreError) in try reader.bandwidth(scale, period) }
      let spans = Self.joined(found, seconds: count * Int64(scale.rawValue), isDay: scale == .day)
      switch options.format {
      case .json: Console.writeLine(try jsonText(spans.map { BandwidthReport($0) }))
      case .csv: Console.write(Self.csv(of: spans))
      case .text:
        let style = Style(isOn: Console.outputHasColour)
        Console.writeLine(Self.text(of: spans, scale, period, style: style).joined(separator: "\n"))
      }
    }

    /// Several spans become one interval; days stay what they are.
    static func joined(_ spans: [BandwidthSpan], seconds: Int64, isDay: Bool) -> [BandwidthSpan] {
      guard !isDay else { return spans }
      var intervals: [BandwidthSpan] = []
      var places: [String: Int] = [:]
      for span in spans {
        var interval = span
        interval.start = Timestamp(seconds: span.start.seconds - span.start.seconds % seconds)
        let name = "\(interval.start.seconds) \(span.number) \(span.name)"
        guard let place = places[name] else {
          places[name] = intervals.count
          intervals.append(interval)
          continue
        }
        intervals[place].packets &+= span.packets
        intervals[place].bytes &+= span.bytes
      }
      return intervals
    }

    static func text(
      of spans: [BandwidthSpan], _ scale: TrafficScale, _ period: TrafficPeriod, style: Style,
      chart: ([TextTable.Column]) -> BarChart = { BarChart($0) }
    ) -> [String] {
      guard !spans.isEmpty else {
        return ["rules whose names begin with an underscore have matched nothing \(period.text)"]
      }
      var chart = chart([
        TextTable.Column(title: "from"), TextTable.Column(title: "rule"), TextTable.Column(title: "name", longest: 40),
        TextTable.Column(title: "packets", alignment: .right), TextTable.Column(title: "bytes", alignment: .right),
      ])
      for span in spans {
        chart.add(
          [
            scale.label(span.start), span.number, shown(span.name), grouped(span.packets), ByteText.short(span.bytes),
          ], inbound: span.bytes, outbound: 0)
      }
      return chart.lines(style: style)
    }

    static func csv(of spans: [BandwidthSpan]) -> String {
      var csv = CSVText("time", "rule", "name", "packets", "bytes")
      for span in spans { csv.add([span.start.csvText, span.number, span.name, "\(span.packets)", "\(span.bytes)"]) }
      return csv.text
    }
  }
}

/// A line of `sentry traffic bandwidth --format json`.
struct BandwidthReport: Encodable {
  /// Seconds since 1970 of the interval's beginning.
  var time: Double
  var rule: String
  var name: String
  var packets: UInt64
  var bytes: UInt64

  init(_ span: BandwidthSpan) {
    time = span.start.secondsSince1970
    (rule, name) = (span.number, span.name)
    (packets, bytes) = (span.packets, span.bytes)
  }
}
