// Measures what sentry does to packets, in memory: everything that needs no privilege and no other program.
//
//   bench MEASURE…
//
// Prints a line for each figure: row, measure, value, unit and what is wanted, with tabs between (see `Figure`). Every
// measure checks that the work was done that it claims to time: verdicts, answers, entries. `../run` gathers the lines.

import Foundation

@main
struct Bench {
  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    do {
      try measure(words)
    } catch {
      fail("\(words.joined(separator: " ")): \(error)")
    }
  }

  private static func measure(_ words: [String]) throws {
    switch (words.first, words.count) {
    case ("replay", 4): try measureReplay(row: words[1], document: words[2], capture: words[3])
    case ("evaluation", 3): try measureEvaluation(document: words[1], capture: words[2])
    case ("siblings", 1): try measureSiblings()
    case ("classifier", 1): try measureClassifier()
    case ("words", 1): try measureContentWords()
    case ("addresses", 1): try measureAddresses()
    case ("durations", 1): try measureDurations()
    case ("connections", 1): try measureConnections()
    case ("apply", 1): try measureApply()
    case ("memory", 4): try measureMemory(document: words[1], capture: words[2], events: Int(words[3]) ?? 1_000_000)
    case ("rules", 2): print(groupedRules(count: Int(words[1]) ?? 10_000))
    default: fail(usage)
    }
  }

  private static let usage = """
    usage: bench replay ROW DOCUMENT CAPTURE    reading, judging, both; allocations where they are counted
           bench evaluation DOCUMENT CAPTURE    what the rules cost a packet that is in the cache
           bench siblings                       10 to 10,000 rules side by side
           bench classifier                     1,000 and 10,000 mixed rules, flat and nested
           bench words                          100 content words
           bench addresses                      a table of 1,000,000 addresses and 100,000 ranges
           bench durations                      tables whose entries all have other durations
           bench connections                    a table of 1,000,000 flows
           bench apply                          a document of 10,000 rules put in force
           bench memory DOCUMENT CAPTURE EVENTS a log of so many events on disk
           bench rules COUNT                    a document of so many rules, for other programs to read
    """
}
