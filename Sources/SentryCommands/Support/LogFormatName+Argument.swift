public import ArgumentParser
public import SentryJournal

extension LogFormatName: ExpressibleByArgument {}
