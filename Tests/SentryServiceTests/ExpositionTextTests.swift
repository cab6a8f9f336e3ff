import SentryPacket
import Testing

@testable import SentryService

@Suite struct ExpositionTextTests {
  /// The format's documentation, "Text format details" and "Text format example", has all of these.
  @Test func familyLooksAsTheFormatSays() {
    var text = ExpositionText()
    text.add(
      "http_requests_total", .counter, "The total number of HTTP requests.",
      [.init(1_027, ("method", "post"), ("code", "200")), .init(3, ("method", "post"), ("code", "400"))])
    text.add("metric_without_labels", .gauge, "One line.", .init(12.47))
    text.add("nobody_knows", .gauge, "Left out.", [])
    #expect(
      text.text == """
        # HELP http_requests_total The total number of HTTP requests.
        # TYPE http_requests_total counter
        http_requests_total{method="post",code="200"} 1027
        http_requests_total{method="post",code="400"} 3
        # HELP metric_without_labels One line.
        # TYPE metric_without_labels gauge
        metric_without_labels 12.47

        """)
  }

  @Test func histogramAddsUp() {
    var text = ExpositionText()
    text.add(histogram: "h_seconds", "Times.", buckets: [(0.05, 24), (0.1, 9), (1, 0)], beyond: 2, sum: 5.5)
    #expect(
      text.text == """
        # HELP h_seconds Times.
        # TYPE h_seconds histogram
        h_seconds_bucket{le="0.05"} 24
        h_seconds_bucket{le="0.1"} 33
        h_seconds_bucket{le="1.0"} 33
        h_seconds_bucket{le="+Inf"} 35
        h_seconds_sum 5.5
        h_seconds_count 35

        """)
  }

  @Test(arguments: [
    ("plain", "plain"), ("C:\\DIR\\FILE.TXT", #"C:\\DIR\\FILE.TXT"#), ("say \"no\"", #"say \"no\""#),
    ("two\nlines", #"two\nlines"#), ("\u{1B}[2Jclear", " [2Jclear"), ("\u{7F}\u{9B}\r", "   "), ("größe", "größe"),
    ("a\u{202E}b", "a b"),
  ])
  func labelIsEscaped(_ value: String, _ escaped: String) {
    #expect(ExpositionText.escaped(label: value) == escaped)
  }

  @Test(arguments: [
    (Double.infinity, "+Inf"), (-Double.infinity, "-Inf"), (.nan, "NaN"), (1e-06, "1e-06"), (0, "0.0"),
  ])
  func numberIsOneOfTheFormat(_ value: Double, _ text: String) {
    #expect(ExpositionText.Number(value).text == text)
  }
}

@Suite struct EvaluationTimesTests {
  @Test func onePacketInManyIsTimed() {
    var times = EvaluationTimes(interval: 3)
    #expect((1...9).filter { _ in times.isDue() }.count == 3)
  }

  struct TimeCase: Sendable, CustomTestStringConvertible {
    let testDescription: String, nanoseconds: Int64
    /// `nil`: beyond the last.
    let bound: Double?
  }

  @Test(arguments: [
    TimeCase(testDescription: "nothing", nanoseconds: 0, bound: 1e-7),
    TimeCase(testDescription: "a clock that ran back", nanoseconds: -5, bound: 1e-7),
    TimeCase(testDescription: "at a bound", nanoseconds: 1_000, bound: 1e-6),
    TimeCase(testDescription: "above it", nanoseconds: 1_001, bound: 2.5e-6),
    TimeCase(testDescription: "at the last bound", nanoseconds: 100_000_000, bound: 0.1),
    TimeCase(testDescription: "beyond it", nanoseconds: 100_000_001, bound: nil),
  ])
  func timeFallsIntoItsBucket(_ c: TimeCase) {
    var times = EvaluationTimes()
    times.record(from: Timestamp(nanoseconds: 1_000), to: Timestamp(nanoseconds: 1_000 + c.nanoseconds))
    #expect(times.buckets.filter { $0.count > 0 }.map(\.bound) == [c.bound].compactMap(\.self))
    #expect(times.beyond == (c.bound == nil ? 1 : 0))
    #expect(times.nanoseconds == UInt64(max(0, c.nanoseconds)))
  }
}
