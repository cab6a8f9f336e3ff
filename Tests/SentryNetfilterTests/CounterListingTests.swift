import Testing

@testable import SentryNetfilter

struct CounterListingTests {
  /// As libnftables 1.0.6 writes it.
  private static let listing = """
    {"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
      {"chain": {"family": "inet", "table": "sentry", "name": "early", "handle": 1, "prio": -450}},
      {"rule": {"family": "inet", "handle": 5, "expr": [{"match": {"op": "!=", "left": {"meta": {"key": "iifname"}},
        "right": {"set": ["lo", "eth0"]}}}, {"accept": null}]}},
      {"rule": {"comment": "1.1", "expr": [{"match": {}}, {"counter": {"packets": 2, "bytes": 72}}, {"drop": null}]}},
      {"rule": {"comment": "1.1", "expr": [{"counter": {"packets": 1, "bytes": 64}}, {"drop": null}]}},
      {"rule": {"comment": "1.2", "expr": [{"accept": null}]}}]}
    """

  @Test func rulesWithOneCommentAreAddedUp() throws {
    var counters = CounterListing()
    try counters.add(json: Self.listing, asked: "read")
    #expect(counters["1.1"] == CounterListing.Counter(packets: 3, bytes: 136))
    #expect(counters["1.2"] == CounterListing.Counter(packets: 0, bytes: 0))
    try counters.add(json: Self.listing, asked: "read")
    #expect(counters["1.1"].packets == 6)
  }

  @Test(arguments: ["", "{}", "[]", "{\"nftables\": [{\"rule\": 7}]}"])
  func whatIsNoListingIsRefused(_ json: String) {
    var counters = CounterListing()
    #expect(throws: NetfilterError.self) { try counters.add(json: json, asked: "read") }
  }
}
