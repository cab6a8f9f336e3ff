// Texts that a script hands to its commands: `cat <<END`.

extension IPFWScript {
  /// `<<END`, but not `<<<` with a word.
  func isHereDocument(_ word: Word) -> Bool {
    let start = bytes[min(word.range.lowerBound, bytes.count)...].drop {
      $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")
    }
    return start.first == UInt8(ascii: "<") && start.starts(with: "<<".utf8) && !start.starts(with: "<<<".utf8)
  }

  /// What is handed to a command is no command: up to the line that ends it.
  mutating func skipHereDocument(_ mark: Word) {
    command.refusal = ImportRefusal("what is handed to a command by '<<' is left out", at: mark)
    let name = mark.text.drop { $0 != "<" }.dropFirst(2).drop { $0 == "-" }
    let next = command.words.drop { $0.range.lowerBound <= mark.range.lowerBound }.first?.text
    let end = name.isEmpty ? next ?? "" : String(name)
    if position > 0, position <= bytes.count, bytes[position - 1] != UInt8(ascii: "\n") { position = lineEnd + 1 }
    while position < bytes.count {
      let line = bytes[position..<lineEnd]
      position = lineEnd + 1
      if line.drop(while: { $0 == UInt8(ascii: "\t") }).elementsEqual(end.utf8) { return }
    }
    position = min(position, bytes.count)
  }
}
