// How the rules write numbers and names, letter by letter as wording.py, and what asks for nothing, as
// requirements.py has it.
"use strict";

(() => {
  // ---- wording.py

  const NBSP = "\u00a0";
  const NUDGE = 1 + 1e-12;  // Numbers that lie exactly between two roundings go up, in both languages alike.
  const TIME = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]];
  const MESSAGES_PER_S = [[1e9, "G msg/s"], [1e6, "M msg/s"], [1e3, "k msg/s"], [1, "msg/s"]];
  const SCALES = {p99: TIME, cpu: TIME, idle: TIME, throughput: MESSAGES_PER_S};
  const TITLES = {p99: "p99", cpu: "CPU per message", throughput: "throughput", simple: "simplicity"};
  const WITHOUT = {
    p99: "without the p99 budget",
    rate: "without the rate",
    producers: "with one producer",
    consumers: "with one consumer",
    every_consumer: "if each message need not reach every consumer",
    no_loss: "if messages may be lost",
    ordered: "if messages may overtake one another",
    survive_crash: "if a killed peer may harm the others",
    see_death: "if the death of the producers need not be seen",
    spin: "if processes may spin",
    platforms: "if it need not run on each of the systems",
    unrelated_processes: "if only relatives talk",
    pass_fd: "if no descriptor is handed over",
    one_link: "if each direction may have a link of its own",
    never_block: "if a slow consumer may hold the producer back",
    priorities: "without priorities",
    no_dependencies: "if libraries and daemons are welcome",
  };

  const rounded = (value) => Number((value * NUDGE).toPrecision(4));

  function digits(value) {
    if (value === 0) return "0";
    const placesOf = (number) => Math.max(0, 2 - Math.floor(Math.log10(Math.abs(number))));
    const places = placesOf(value), text = value.toFixed(places);
    const grown = Number(text) ? placesOf(Number(text)) : places;
    return text === "" || grown === places ? text : value.toFixed(grown);
  }

  const step = (value, scale) =>
    scale.find(([size]) => Math.abs(value) * 1.0005 >= size) || scale[scale.length - 1];

  function quantity(value, scale) {
    const [size, unit] = step(value, scale);
    return `${digits(value / size)}${NBSP}${unit}`;
  }

  const amount = (value, statistic) => quantity(value * NUDGE, SCALES[statistic]);

  function limit(value, statistic) {
    const [number, ...unit] = amount(value, statistic).split(NBSP);
    return `${Number(number)}${NBSP}${unit.join(NBSP)}`;
  }

  function figureText(figure, statistic) {
    const scale = SCALES[statistic], [median, low, high] = figure.slice(0, 3).map((value) => value * NUDGE);
    const size = step(median, scale)[0];
    const told = `${quantity(median, scale)}${NBSP}[${digits(low / size)},${NBSP}${digits(high / size)}]`;
    return figure.length > 3 ? `${told} (coverage ${(figure[3] * 100 * NUDGE).toFixed(0)}${NBSP}%)` : told;
  }

  const times = (value) => digits(value * NUDGE);

  function sizeText(size) {
    for (const [factor, unit] of [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]]) {
      if (size >= factor && size % factor === 0) return `${size / factor}${NBSP}${unit}`;
    }
    return `${size}${NBSP}B`;
  }

  // ---- requirements.py

  const STATISTICS = ["p99", "cpu", "throughput", "simple"];
  const NOTHING = {
    size: 64, rate: null, p99_ns: null, producers: 1, consumers: 1, every_consumer: false, no_loss: false,
    ordered: false, survive_crash: false, see_death: false, cores_to_burn: null, platforms: [],
    unrelated_processes: false, pass_fd: false, replies: false, one_link: false, never_block: false,
    priorities: false, no_dependencies: false, placement: null, prefer: STATISTICS,
  };

  globalThis.ipcmarkAdvice = {
    ...globalThis.ipcmarkAdvice,
    NBSP, TITLES, WITHOUT, STATISTICS, NOTHING, rounded, amount, limit, figureText, times, sizeText,
  };
})();
