// Addresses, nets and ranges as texts: which of them touch, and which comes first.

/** @returns {boolean} whether some address is in both texts */
export function touches(one, other) {
  const [a, b] = [addressRange(one), addressRange(other)];
  return Boolean(a && b) && a.bits === b.bits && a.first <= b.last && b.first <= a.last;
}

/** A text to sort addresses by: IPv4 before IPv6, each as numbers. */
export function addressOrder(text) {
  const range = addressRange(text);
  return range ? `${range.bits === 32 ? 4 : 6}${range.first.toString(16).padStart(32, "0")}` : text;
}

/**
 * The first and last address of `192.0.2.7`, `192.0.2.0/24`, `192.0.2.1-192.0.2.9` or `192.0.2.1-9`, as numbers; IPv6 alike.
 * @returns {{first: bigint, last: bigint, bits: 32|128}|null} `null` for anything else
 */
export function addressRange(text) {
  const [address, length] = text.split("/");
  if (length !== undefined) {
    const start = addressNumber(address);
    if (!start || !/^\d{1,3}$/.test(length) || Number(length) > start.bits) return null;
    const size = 1n << BigInt(start.bits - Number(length));
    const first = start.number - (start.number % size);
    return { first, last: first + size - 1n, bits: start.bits };
  }
  const [first, last] = text.split("-");
  const start = addressNumber(first);
  const short = /^\d{1,3}$/.test(last ?? "") && first.includes(".");
  const end = last === undefined ? start : addressNumber(short ? first.replace(/\d+$/, last) : last);
  if (!start || !end || start.bits !== end.bits) return null;
  return { first: start.number, last: end.number, bits: start.bits };
}

function addressNumber(text) {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const parts = text.split(".").map(Number);
    if (parts.some((part) => part > 255)) return null;
    return { bits: 32, number: parts.reduce((value, part) => value * 256n + BigInt(part), 0n) };
  }
  if (!/^[0-9a-f:]+$/i.test(text) || !text.includes(":")) return null;
  const halves = text.split("::");
  const [head, tail] = halves.map((half) => (half ? half.split(":") : []));
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length > 2 || (tail ? missing < 1 : missing !== 0)) return null;
  const groups = [...head, ...new Array(missing).fill("0"), ...(tail ?? [])];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return null;
  return { bits: 128, number: groups.reduce((value, group) => value * 65536n + BigInt(`0x${group}`), 0n) };
}
