/// `1 packet`, `2 packets`: for messages.
func counted(_ number: some BinaryInteger, _ noun: String, plural: String? = nil) -> String {
  "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
}
