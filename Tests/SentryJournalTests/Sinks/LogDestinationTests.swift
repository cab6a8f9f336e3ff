import SentryJournal
import Testing

@Suite struct LogDestinationTests {
  struct Good: Sendable, CustomTestStringConvertible {
    let text: String, place: LogDestination.Place, form: LogFormatName, description: String
    var testDescription: String { text }
  }

  @Test(arguments: [
    Good(text: "/var/log/s.log", place: .file("/var/log/s.log"), form: .text, description: "/var/log/s.log"),
    Good(text: "./s.log:eve", place: .file("./s.log"), form: .eve, description: "./s.log"),
    Good(text: "/a:b/s.log:plist", place: .file("/a:b/s.log"), form: .plist, description: "/a:b/s.log"),
    Good(text: "stdout", place: .standardOutput, form: .text, description: "standard output"),
    Good(text: "stdout:json", place: .standardOutput, form: .json, description: "standard output"),
    Good(text: "syslog", place: .syslog("/dev/log"), form: .text, description: "syslog"),
    Good(text: "syslog:ipfw", place: .syslog("/dev/log"), form: .ipfw, description: "syslog"),
    Good(text: "syslog:/run/l", place: .syslog("/run/l"), form: .text, description: "syslog at /run/l"),
    Good(text: "syslog:/run/l:json", place: .syslog("/run/l"), form: .json, description: "syslog at /run/l"),
    Good(
      text: "journal", place: .journal("/run/systemd/journal/socket"), form: .text, description: "journal"),
    Good(text: "journal:/run/j", place: .journal("/run/j"), form: .text, description: "journal at /run/j"),
  ])
  func `a place, and a form behind a colon`(c: Good) throws {
    let destination = try LogDestination(c.text)
    #expect(destination.place == c.place)
    #expect(destination.form == c.form)
    #expect(destination.description == c.description)
  }

  @Test(arguments: [
    ("", LogDestinationError.unknownPlace("")), ("stdut", .unknownPlace("stdut")),
    ("s.log", .unknownPlace("s.log")), ("s.log:eve", .unknownPlace("s.log")),
    ("/var/log/s.log:yaml", .unknownForm("yaml")), ("stdout:yaml", .unknownForm("yaml")),
    ("syslog:yaml", .unknownForm("yaml")), ("journal:eve", .journalHasNoForms),
    ("journal:/run/j:eve", .journalHasNoForms), ("/var/log/", .directory("/var/log/")),
    ("/var/log/..", .directory("/var/log/..")),
    ("syslog:/" + String(repeating: "x", count: 107), .longPath("/" + String(repeating: "x", count: 107))),
  ])
  func `what names no place is refused`(text: String, error: LogDestinationError) {
    #expect(throws: error) { try LogDestination(text) }
  }

  @Test func `the way out is said`() {
    #expect(
      LogDestinationError.unknownPlace("s.log").description
        == "'s.log' is no place for a log; expected stdout, syslog, journal, or a file with its path, such as ./s.log")
    #expect(
      LogDestinationError.unknownForm("yaml").description
        == "'yaml' is no form of the log; expected text, plist, ipfw, eve, json")
  }
}
