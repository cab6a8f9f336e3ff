public import ArgumentParser
public import SentryControl

extension ConnectionOrder: ExpressibleByArgument {}
