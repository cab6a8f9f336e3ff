internal import Foundation

/// The counters in listings of nftables, by their rules' comments.
struct CounterListing {
  struct Counter: Decodable, Equatable {
    var packets: UInt64
    var bytes: UInt64
  }

  /// Rules with the same comment are added up.
  private(set) var counters: [String: Counter] = [:]

  /// Adds those of one listing.
  ///
  /// - Throws: `.refused` if it is not what nftables writes.
  mutating func add(json: String, asked: String) throws(NetfilterError) {
    let objects: [Object]
    do {
      objects = try JSONDecoder().decode(Listing.self, from: Data(json.utf8)).nftables
    } catch {
      throw .refused(asked: asked, said: "nftables wrote a listing that cannot be read")
    }
    for case (let comment?, let counter?) in objects.map({ ($0.rule?.comment, $0.rule?.counter) }) {
      let sum = counters[comment] ?? Counter(packets: 0, bytes: 0)
      counters[comment] = Counter(packets: sum.packets &+ counter.packets, bytes: sum.bytes &+ counter.bytes)
    }
  }

  subscript(comment: String) -> Counter { counters[comment] ?? Counter(packets: 0, bytes: 0) }

  // libnftables-json(5), as far as it is needed.

  private struct Listing: Decodable {
    var nftables: [Object]
  }

  private struct Object: Decodable {
    var rule: RuleObject?
  }

  private struct RuleObject: Decodable {
    var comment: String?
    var expr: [Expression]?
    var counter: Counter? { expr?.lazy.compactMap(\.counter).first }
  }

  private struct Expression: Decodable {
    var counter: Counter?
  }
}
