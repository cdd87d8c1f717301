// A candidate's figures at the size asked for, and which requirements it does not meet: checks.py.
"use strict";

(() => {
  const {amount, figureText, limit, rounded, sizeText} = globalThis.ipcmarkAdvice;

  const SMALL = 64, UNKNOWN = 1e9, SIDES = ["producers", "consumers"];
  // Sources whose lengths differ by no more than this factor are as simple as one another.
  const LIKE = 1.25;
  const TRAITS = ["producers", "consumers", "every_consumer", "no_loss", "ordered", "survive_crash",
    "see_death", "unrelated_processes", "pass_fd", "one_link", "never_block", "priorities",
    "no_dependencies"];
  const WORKLOADS = {p99: "ping_pong", cpu: "ping_pong"};

  const sizesOf = (bySize) => Object.keys(bySize || {}).map(Number).sort((a, b) => a - b);

  function at(figures, size) {
    const sizes = sizesOf(figures);
    if (!sizes.length || size > sizes[sizes.length - 1]) return null;
    if (figures[size]) return [figures[size], "measured"];
    if (size < sizes[0]) return sizes[0] <= SMALL ? [figures[sizes[0]], "smallest"] : null;
    const above = sizes.find((known) => known > size), below = sizes[sizes.indexOf(above) - 1];
    return [between(figures[below], figures[above], shareOf(below, size, above)), "interpolated"];
  }

  function shareOf(below, size, above) {
    const start = Math.log(Math.max(below, 1));
    return (Math.log(size) - start) / (Math.log(above) - start);
  }

  function between(a, b, share) {
    const value = (x, y) => rounded(x <= 0 || y <= 0 ? x + (y - x) * share
      : Math.exp(Math.log(x) + (Math.log(y) - Math.log(x)) * share));
    const coverage = [a, b].filter((figure) => figure.length > 3).map((figure) => figure[3]);
    const found = [0, 1, 2].map((i) => value(a[i], b[i]));
    return coverage.length ? [...found, Math.min(...coverage)] : found;
  }

  const placementOf = (facts, wanted) => wanted.placement || facts.placements[0] || "two_cores";

  const here = (facts, wanted) => {
    const placement = placementOf(facts, wanted);
    return facts.candidates.filter((candidate) => candidate.placement === placement);
  };

  const shared = (wanted) => (wanted.producers > 1 || wanted.consumers > 1) && !wanted.every_consumer;

  function throughputWorkload(facts, wanted) {
    const candidates = shared(wanted) ? here(facts, wanted) : [];
    return candidates.some((candidate) => at(candidate.crowd, wanted.size)) ? "crowd" : "stream";
  }

  function rated(facts, wanted, candidate, workload) {
    const mechanism = facts.mechanisms[candidate.mechanism];
    const found = {p99: at(candidate.p99, wanted.size), cpu: at(candidate.cpu, wanted.size),
      throughput: at(candidate[workload], wanted.size)};
    const rating = {mechanism: candidate.mechanism, wait: candidate.wait, placement: candidate.placement,
      label: `${candidate.mechanism} · ${candidate.wait}`, family: mechanism.family};
    const sizeIs = {};
    for (const [name, figure] of Object.entries(found)) {
      rating[name] = figure ? figure[0] : null;
      if (figure) sizeIs[name] = figure[1];
    }
    rating.idle = ofSmallest(candidate.idle);
    rating.after_silence = ofSmallest(candidate.after_silence);
    rating.load = underLoad(candidate.load, wanted);
    rating.size_is = sizeIs;
    rating.complexity = complexity(mechanism, candidate, wanted);
    rating.straddles = straddles(rating, wanted);
    return rating;
  }

  function ofSmallest(figures) {
    const sizes = sizesOf(figures);
    return sizes.length ? figures[sizes[0]] : null;
  }

  function underLoad(load, wanted) {
    const [size] = sizesOf(load).filter((known) => known >= wanted.size);
    if (wanted.rate === null || size === undefined) return null;
    const [rate] = sizesOf(load[size]).filter((known) => known >= wanted.rate);
    return rate === undefined ? null : {size, rate, p99: load[size][rate]};
  }

  function complexity(mechanism, candidate, wanted) {
    const links = wanted.replies && !mechanism.duplex ? 2 : 1;
    let handles = candidate.handles[wanted.replies ? "ping_pong" : "stream"];
    if (handles === undefined && links === 1) handles = candidate.handles.ping_pong;
    const objects = handles === undefined ? null : handles + (mechanism.outlives ? links : 0);
    return {needs: mechanism.needs, libraries: mechanism.libraries, lines: mechanism.lines,
      kernel_objects: objects};
  }

  function complexityKey(rating) {
    const known = rating.complexity;
    return [known.needs ? 1 : 0, known.libraries.length, known.lines ?? UNKNOWN,
      known.kernel_objects ?? UNKNOWN];
  }

  function asSimple(a, b) {
    const [mine, its] = [complexityKey(a), complexityKey(b)], lines = [mine[2], its[2]];
    return mine[0] === its[0] && mine[1] === its[1] && Math.max(...lines) <= LIKE * Math.min(...lines);
  }

  function straddles(rating, wanted) {
    const {p99, throughput: rate} = rating, found = [];
    if (wanted.p99_ns !== null && p99 && p99[1] <= wanted.p99_ns && wanted.p99_ns < p99[2]) found.push("p99");
    if (wanted.rate !== null && rate && rate[1] < wanted.rate && wanted.rate <= rate[2]) found.push("rate");
    return found;
  }

  function violations(facts, wanted, candidate, rating, workload) {
    const mechanism = facts.mechanisms[candidate.mechanism], found = [];
    if (wanted.size > 0 && "payload" in mechanism.breaks) {
      found.push(["size", evidence(facts, mechanism, "breaks", "payload")]);
    } else {
      found.push(...unmeasured(facts, wanted, candidate, rating, workload));
    }
    for (const clause of mechanism.broken) found.push(["verification", clause]);
    for (const failure of mechanism.failures) found.push(["trials", failure]);
    found.push(...figures(wanted, rating));
    for (const requirement of TRAITS) {
      if (asked(wanted, requirement) && requirement in mechanism.breaks) {
        found.push([requirement, evidence(facts, mechanism, "breaks", requirement)]);
      }
    }
    found.push(...spinning(wanted, candidate));
    for (const system of wanted.platforms) {
      if (!(system in mechanism.platforms)) {
        found.push(["platforms", `there is nothing like it on ${system}`]);
      }
    }
    return found;
  }

  function evidence(facts, mechanism, side, requirement) {
    const manual = mechanism.manual ? `; see ${mechanism.manual}` : "";
    return `${facts.texts[mechanism[side][requirement]]}${manual}`;
  }

  function asked(wanted, requirement) {
    if (requirement === "consumers") return wanted.consumers > 1 && !wanted.every_consumer;
    if (requirement === "producers") return wanted.producers > 1;
    return Boolean(wanted[requirement]);
  }

  function neededStatistics(wanted) {
    const first = wanted.prefer.find((statistic) => statistic !== "simple");
    return ["p99", "cpu", "throughput"].filter((statistic) => statistic === first ||
      (statistic === "p99" && wanted.p99_ns !== null) ||
      (statistic === "throughput" && wanted.rate !== null));
  }

  function unmeasured(facts, wanted, candidate, rating, workload) {
    const {breaks} = facts.mechanisms[candidate.mechanism], loads = new Map();
    // Who cannot share a link is told so, and not that it was not measured in a crowd.
    const alone = SIDES.some((side) => asked(wanted, side) && side in breaks);
    for (const statistic of neededStatistics(wanted).filter((name) => !rating[name])) {
      const load = WORKLOADS[statistic] || workload;
      if (load === "crowd" && alone) continue;
      const why = whyUnmeasured(facts, candidate, load, wanted.size);
      loads.set(why, (loads.get(why) || new Set()).add(load));
    }
    return [...loads].map(([why, those]) =>
      ["size", `${[...those].join(" and ")} not measured at ${sizeText(wanted.size)}${why}`]);
  }

  function whyUnmeasured(facts, candidate, load, size) {
    const missing = candidate.missing[load] || {};
    const near = sizesOf(missing).find((known) => known >= size);
    if (near !== undefined) return `: ${facts.texts[missing[near]]}`;
    const measured = sizesOf(candidate[load === "ping_pong" ? "p99" : load]);
    if (!measured.length) return " nor at another size";
    return `, only from ${sizeText(measured[0])} to ${sizeText(measured[measured.length - 1])}`;
  }

  function figures(wanted, rating) {
    const {p99, throughput: rate} = rating, found = [];
    if (wanted.p99_ns !== null && p99 && p99[1] > wanted.p99_ns) {
      found.push(["p99", `p99 of ${figureText(p99, "p99")} is above ${limit(wanted.p99_ns, "p99")}`]);
    }
    if (wanted.rate !== null && rate && rate[2] < wanted.rate) {
      found.push(["rate", `throughput of ${figureText(rate, "throughput")} is below ` +
        limit(wanted.rate, "throughput")]);
    }
    return found;
  }

  function spinning(wanted, candidate) {
    const needed = wanted.producers + wanted.consumers, allowed = wanted.cores_to_burn;
    if (allowed === null || candidate.wait !== "spin" || needed <= allowed) return [];
    return [["spin", `${needed} spinning processes keep ${needed} cores busy, and ${allowed} may be`]];
  }

  function reasons(facts, wanted, rating) {
    const mechanism = facts.mechanisms[rating.mechanism], found = [];
    const say = (constraint, text) => found.push({constraint, evidence: text});
    if (wanted.p99_ns !== null && rating.p99) {
      say("p99", `p99 of ${figureText(rating.p99, "p99")} against a budget of ` +
        limit(wanted.p99_ns, "p99"));
    }
    if (wanted.rate !== null && rating.throughput) {
      say("rate", `throughput of ${figureText(rating.throughput, "throughput")} where ` +
        `${limit(wanted.rate, "throughput")} are asked for`);
    }
    for (const requirement of TRAITS) {
      if (asked(wanted, requirement) && requirement in mechanism.keeps) {
        say(requirement, evidence(facts, mechanism, "keeps", requirement));
      }
    }
    if (wanted.cores_to_burn !== null) say("spin", `its wait is ${rating.wait}`);
    for (const system of wanted.platforms) {
      say("platforms", `on ${system} it is ${mechanism.platforms[system]}`);
    }
    if (rating.idle) {
      say("idle", `a millisecond of waiting costs ${amount(rating.idle[0], "idle")} of CPU time`);
    }
    return found;
  }

  globalThis.ipcmarkAdvice = {
    ...globalThis.ipcmarkAdvice,
    sizesOf, placementOf, here, shared, throughputWorkload, rated, complexityKey, asSimple,
    violations, reasons,
  };
})();
