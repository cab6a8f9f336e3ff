/// What requests and pages are made of here.
private let vocabulary = [
  "about", "account", "admin", "after", "archive", "article", "basket", "before", "blank", "browser", "button",
  "cache", "category", "center", "change", "class", "click", "comment", "contact", "content", "cookie", "country",
  "customer", "delivery", "detail", "directory", "document", "download", "error", "event", "example", "footer",
  "format",
  "gallery", "header", "height", "history", "image", "index", "install", "language", "latest", "library", "login",
  "manual", "member", "message", "monday", "network", "number", "office", "option", "order", "output", "password",
  "people", "picture", "policy", "price", "print", "privacy", "product", "profile", "public", "query", "random",
  "report",
  "request", "result", "return", "review", "script", "search", "section", "select", "server", "service", "session",
  "shop", "status", "style", "summary", "support", "system", "table", "template", "title", "update", "upload", "value",
  "version", "visit", "weather", "width", "window", "winter", "without", "world", "writer",
]

/// Words of 8 to 20 bytes, no two the same: no text of `payload` holds one, nor does another word.
func distinctWords(_ count: Int, _ numbers: inout Numbers) -> [String] {
  var words: Set<String> = []
  var ordered: [String] = []
  while ordered.count < count {
    let parts = (0..<2).map { _ in vocabulary.randomElement(using: &numbers) ?? "" }
    let word = "\(parts[0])\(["/", "+", "=", ".", "-"].randomElement(using: &numbers) ?? "/")\(parts[1])"
    let numbered = word + String(10 + ordered.count % 90)
    if (8...20).contains(numbered.utf8.count), words.insert(numbered).inserted { ordered.append(numbered) }
  }
  return ordered
}

/// A text of `count` bytes with blanks between its words.
func payload(of count: Int, _ numbers: inout Numbers) -> [UInt8] {
  var text: [UInt8] = []
  while text.count < count {
    text += Array((vocabulary.randomElement(using: &numbers) ?? "").utf8) + [UInt8(ascii: " ")]
  }
  return Array(text.prefix(count))
}

/// The same, with this word at its end.
func payload(of count: Int, endingWith word: String, _ numbers: inout Numbers) -> [UInt8] {
  payload(of: count - word.utf8.count - 1, &numbers) + [UInt8(ascii: " ")] + Array(word.utf8)
}
