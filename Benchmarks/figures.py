"""What the benchmarks measure, as lines of text with tabs between their fields, and the tables made of them."""

from dataclasses import dataclass


@dataclass
class Figure:
    """One value; where there is none, the reason in words."""

    row: str
    measure: str
    value: float | str
    unit: str = ""
    wanted: str = ""  # "<= 30", ">= 0.9", or nothing: only reported

    @classmethod
    def read(cls, line):
        row, measure, value, unit, wanted = line.rstrip("\n").split("\t")
        try:
            return cls(row, measure, float(value), unit, wanted)
        except ValueError:
            return cls(row, measure, value, unit, wanted)

    def report(self):
        value = self.value if isinstance(self.value, str) else f"{self.value:.12g}"
        print("\t".join((self.row, self.measure, value, self.unit, self.wanted)), flush=True)

    @property
    def text(self):
        return self.value if isinstance(self.value, str) else f"{number(self.value)} {self.unit}"

    @property
    def aim(self):
        if not self.wanted:
            return ""
        sign, limit = self.wanted.split()
        return f"{'at least' if sign == '>=' else 'at most'} {number(float(limit))}"

    @property
    def standing(self):
        """Whether what is wanted is reached, or how far it is."""
        if isinstance(self.value, str):
            return "no"
        sign, limit = self.wanted.split()[0], float(self.wanted.split()[1])
        if self.value >= limit if sign == ">=" else self.value <= limit:
            return "yes"
        if limit == 0:
            return f"no: {number(self.value)} too many"
        return f"no: {self.value / limit:.2g} of that" if sign == ">=" else f"no: {number(self.value / limit)} × that"


def number(value):
    """With as many digits as tell something."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3g}"


def aims(figures):
    """What is to be reached, and where it stands: a row for each figure with something wanted."""
    rows = [(f.row, f.measure, f.text, f.aim, f.standing) for f in figures if f.wanted]
    return [("work", "measure", "measured", "wanted", "reached")] + without_repeats(rows)


def others(figures):
    """What is reported beside that."""
    rows = [(f.row, f.measure, f.text) for f in figures if not f.wanted]
    return [("work", "measure", "measured")] + without_repeats(rows)


def without_repeats(rows):
    """The first field is said once, for the first of several rows."""
    return [row if n == 0 or row[0] != rows[n - 1][0] else ("", *row[1:]) for n, row in enumerate(rows)]


def plain(rows):
    """The rows as text for a terminal, in columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(f"{field:{width}}" for field, width in zip(row, widths)).rstrip() for row in rows)


def markdown(rows):
    lines = ["| " + " | ".join(field.replace("|", "\\|") for field in row) + " |" for row in rows]
    return "\n".join([lines[0], "| " + " | ".join("---" for _ in rows[0]) + " |", *lines[1:]])
