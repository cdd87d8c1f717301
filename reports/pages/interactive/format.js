'use strict';
// Numbers as the rest of the page writes them (see units.py): three significant digits, a unit on each.
(() => {
  const NBSP = '\u00a0';
  const SCALES = {
    time: [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']],
    bytes_per_s: [[1e12, 'TB/s'], [1e9, 'GB/s'], [1e6, 'MB/s'], [1e3, 'kB/s'], [1, 'B/s']],
    messages_per_s: [[1e9, 'G msg/s'], [1e6, 'M msg/s'], [1e3, 'k msg/s'], [1, 'msg/s']],
  };

  // The divisor and the unit in which a value has one to three digits before its point.
  function step(value, scale) {
    const steps = SCALES[scale];
    return steps.find(([size]) => Math.abs(value) * 1.0005 >= size) || steps[steps.length - 1];
  }

  // Three significant digits without an exponent.
  function digits(value) {
    if (value === 0 || !Number.isFinite(value)) return String(value);
    const places = (number) => Math.max(0, 2 - Math.floor(Math.log10(Math.abs(number))));
    const rounded = Number(value.toFixed(places(value)));
    return value.toFixed(rounded ? places(rounded) : places(value));
  }

  // One number with its unit: 5.10 µs.
  function quantity(value, scale) {
    const [size, unit] = step(value, scale);
    return digits(value / size) + NBSP + unit;
  }

  // A round number without needless digits, as at an axis: 10 µs.
  function short(value, scale) {
    const [size, unit] = step(value, scale);
    return Number((value / size).toPrecision(3)) + NBSP + unit;
  }

  // The bounds of an interval in the unit of its median: [4.92, 5.31].
  function bounds([low, high], median, scale) {
    const [size] = step(median, scale);
    return `[${digits(low / size)},${NBSP}${digits(high / size)}]`;
  }

  // A message size exactly: 64 B, 4 KiB.
  function messageSize(size) {
    for (const [factor, unit] of [[2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB']]) {
      if (size >= factor && size % factor === 0) return size / factor + NBSP + unit;
    }
    return Number(size.toPrecision(3)) + NBSP + 'B';
  }

  // A quantile by its place on the axis of percentile curves, log10(1 / (1 - p)): 99% at 2.
  function percentile(position) {
    const nines = Math.max(0, Math.ceil(position - 1e-9) - 1);
    return Number((100 * (1 - 10 ** -position)).toFixed(nines)) + '%';
  }

  globalThis.ipcmarkFormat = { quantity, short, bounds, messageSize, percentile };
})();
