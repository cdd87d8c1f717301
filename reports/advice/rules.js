// The rules of the advice in a browser: ipcmarkAdvice.advise(facts, requirements) gives a reasoned answer.
//
// The same as rules.py, function by function and letter by letter; a test compares the answers of both over
// many requirements. Whoever changes one changes the other. Facts, requirements and answers are plain JSON:
// README.md says what they hold. This file comes last, after words.js, checks.js and ranking.js: script.py
// puts them together.
"use strict";

(() => {
  const {NOTHING, STATISTICS, TITLES, WITHOUT, choose, decide, figureText, here, limit, margin, pareto,
    placementOf, reasons, separable, shared, sizeText, sizesOf, throughputWorkload, times} =
    globalThis.ipcmarkAdvice;

  // ---- changes.py

  const KEYS = {p99: "p99_ns", rate: "rate", spin: "cores_to_burn"};
  const MOST_RELAXED = 3;
  const DEPENDENT = ["size", "rate", "spin"];
  const keyOf = (name) => KEYS[name] || name;

  const given = (wanted) => Object.keys(WITHOUT).filter((name) =>
    JSON.stringify(wanted[keyOf(name)]) !== JSON.stringify(NOTHING[keyOf(name)]));

  function without(wanted, constraints) {
    const less = {...wanted};
    for (const name of constraints) less[keyOf(name)] = NOTHING[keyOf(name)];
    return less;
  }

  function sizes(facts, wanted) {
    const known = new Set(here(facts, wanted).flatMap((candidate) =>
      [...sizesOf(candidate.p99), ...sizesOf(candidate.stream)]));
    return [...known].filter((size) => size !== 0 && size !== wanted.size).sort((a, b) => a - b);
  }

  function variants(facts, wanted) {
    const found = given(wanted).map((name) => [name, WITHOUT[name], without(wanted, [name])]);
    if (wanted.cores_to_burn === null) {
      found.push(["spin", "if no process may spin", {...wanted, cores_to_burn: 0}]);
    }
    for (const placement of facts.placements) {
      if (placement !== placementOf(facts, wanted)) {
        found.push(["placement", facts.places[placement], {...wanted, placement}]);
      }
    }
    for (const size of sizes(facts, wanted)) found.push(["size", `at ${sizeText(size)}`, {...wanted, size}]);
    for (const statistic of STATISTICS) {
      if (statistic !== wanted.prefer[0]) {
        const prefer = [statistic, ...wanted.prefer.filter((name) => name !== statistic)];
        found.push(["prefer", `with ${TITLES[statistic]} preferred`, {...wanted, prefer}]);
      }
    }
    return found;
  }

  function changes(facts, wanted, choice) {
    const found = [];
    for (const [kind, words, requirements] of variants(facts, wanted)) {
      const other = decide(facts, requirements);
      if (unmeasured(other)) continue;
      if (!other.choice || !other.choice.left.some((rating) => rating.label === choice.pick.label)) {
        found.push({kind, change: words, ...answer(other, requirements)});
      }
    }
    return found;
  }

  function unmeasured(decision) {
    const named = (entries) => new Set(entries.map(({mechanism, wait}) => `${mechanism} ${wait}`)).size;
    const sized = decision.excluded.filter((entry) => entry.constraint === "size");
    return !decision.choice && named(decision.excluded) === named(sized);
  }

  function answer(decision, wanted) {
    if (!decision.choice) return {mechanism: null, wait: null, figure: null, told: "nobody qualifies"};
    const pick = decision.choice.pick, named = {mechanism: pick.mechanism, wait: pick.wait};
    const statistic = wanted.prefer.find((name) => name !== "simple" && pick[name]);
    if (!statistic) return {...named, figure: null, told: `\`${pick.label}\``};
    const [median, low, high] = pick[statistic];
    return {...named, figure: {statistic, median, low, high},
      told: `\`${pick.label}\`, ${TITLES[statistic]} ${figureText(pick[statistic], statistic)}`};
  }

  function* combinations(names, count, from = 0) {
    if (count === 0) yield [];
    else {
      for (let i = from; i < names.length; i += 1) {
        for (const rest of combinations(names, count - 1, i + 1)) yield [names[i], ...rest];
      }
    }
  }

  function relaxations(facts, wanted, decision) {
    const obstacles = obstaclesOfEach(decision), found = [];
    for (let count = 1; count <= MOST_RELAXED && !found.length; count += 1) {
      for (const constraints of combinations(given(wanted), count)) {
        if (!obstacles.some((those) => [...those].every((name) => constraints.includes(name)))) continue;
        found.push(...relaxed(facts, without(wanted, constraints), constraints,
          constraints.map((name) => WITHOUT[name]).join(" and ")));
      }
    }
    const around = sizes(facts, wanted);
    const smaller = around.filter((size) => size < wanted.size).reverse();
    for (const side of [smaller, around.filter((size) => size > wanted.size)]) {
      for (const size of side) {
        const entry = relaxed(facts, {...wanted, size}, ["size"], `at ${sizeText(size)}`);
        found.push(...entry);
        if (entry.length) break;
      }
    }
    return found;
  }

  // Of each candidate what excludes it, but for what may go away with something else: it saves asking again
  // where nothing can come of it.
  function obstaclesOfEach(decision) {
    const found = new Map();
    for (const {mechanism, wait, constraint} of decision.excluded) {
      const key = `${mechanism} ${wait}`;
      if (!found.has(key)) found.set(key, new Set());
      if (!DEPENDENT.includes(constraint)) found.get(key).add(constraint);
    }
    return [...found.values()];
  }

  function relaxed(facts, wanted, constraints, words) {
    const decision = decide(facts, wanted);
    if (!decision.choice) return [];
    return [{constraints, change: words, qualifying: decision.qualified.length, ...answer(decision, wanted)}];
  }

  // ---- caveats.py

  const WIDE = 1.5;  // Bounds of an interval further apart than this factor are called noisy.

  function caveats(facts, wanted, choice, runnerUp) {
    const about = choice ? [...ofFigures(facts, wanted, choice.pick, runnerUp),
      ...ofMechanism(facts, wanted, choice.pick)] : [];
    return [...about, ...facts.caveats];
  }

  function ofFigures(facts, wanted, pick, runnerUp) {
    const found = [];
    for (const rating of [pick, runnerUp]) {
      if (rating && rating.straddles.includes("p99")) {
        found.push(`p99 of \`${rating.label}\`, ${figureText(rating.p99, "p99")}, is not separable from ` +
          `the budget of ${limit(wanted.p99_ns, "p99")}.`);
      }
      if (rating && rating.straddles.includes("rate")) {
        found.push(`Throughput of \`${rating.label}\`, ${figureText(rating.throughput, "throughput")}, ` +
          `is not separable from the ${limit(wanted.rate, "throughput")} asked for.`);
      }
    }
    const asSized = Object.values(pick.size_is), size = sizeText(wanted.size);
    if (asSized.includes("interpolated")) {
      found.push(`${size} was not measured: figures are interpolated between the sizes around it.`);
    }
    if (asSized.includes("smallest")) {
      found.push(`${size} was not measured: figures are of the smallest size that was.`);
    }
    found.push("p99 and CPU time are of a closed loop, one message there and one back at a time: they are " +
      "round trips, and under load messages queue and take longer.");
    if (pick.load) {
      found.push(`Under load: where ${limit(pick.load.rate, "throughput")} of ${sizeText(pick.load.size)} ` +
        `were due, p99 one way of \`${pick.label}\` was ${figureText(pick.load.p99, "p99")}, from when a ` +
        "message was due.");
    }
    return [...found, ...ofLoad(facts, wanted), ...ofNoise(wanted, pick)];
  }

  function ofLoad(facts, wanted) {
    const {producers, consumers} = wanted;
    if (throughputWorkload(facts, wanted) === "crowd") {
      return [producers !== 2 || consumers !== 2
        ? `Throughput was measured with 2 producers and 2 consumers, not with ${producers} and ` +
          `${consumers}; ` + "p99 and CPU time with one of each."
        : "p99 and CPU time were measured with one producer and one consumer."];
    }
    return shared(wanted) || (wanted.every_consumer && consumers > 1)
      ? [`All figures are of one producer and one consumer: ${producers} and ${consumers} on one link ` +
         "were not measured at this size."] : [];
  }

  function ofNoise(wanted, pick) {
    const statistic = wanted.prefer[0], figure = pick[statistic];
    if (statistic === "simple" || !figure) return [];
    if (figure.length > 3) {
      return [`Too few launches: the ${TITLES[statistic]} of \`${pick.label}\` separates it from nobody.`];
    }
    return figure[1] > 0 && figure[2] > WIDE * figure[1]
      ? [`Noisy: the interval of \`${pick.label}\` in ${TITLES[statistic]} spans a factor of ` +
         `${times(figure[2] / figure[1])}.`] : [];
  }

  function ofMechanism(facts, wanted, pick) {
    const mechanism = facts.mechanisms[pick.mechanism], found = [];
    for (const system of wanted.platforms) {
      if (system !== facts.system) {
        found.push(`All figures are of ${facts.system}: on ${system} \`${mechanism.platforms[system]}\` ` +
          "has to be measured there.");
      }
    }
    if (wanted.replies && !mechanism.duplex) {
      found.push("Replies take a second link of the same kind, as they did when it was measured.");
    }
    if (wanted.replies && wanted.producers > 1) {
      found.push("How an answer finds its producer among several was not measured: one link each is the " +
        "plain way.");
    }
    if (facts.verified && !mechanism.cases) {
      found.push(`The verification has no case of \`${mechanism.base}\`.`);
    }
    for (const deviation of mechanism.deviations) {
      found.push(`Known of \`${mechanism.base}\` and excused by the verification: ${deviation}.`);
    }
    if (pick.wait === "adaptive" && pick.after_silence) {
      found.push("Its wait is adaptive: p99 and CPU time hold while messages follow closely. After a " +
        `millisecond of silence one way alone takes p99 ${figureText(pick.after_silence, "p99")}.`);
    }
    if (pick.wait === "spin") {
      found.push(`It spins: ${wanted.producers + wanted.consumers} processes keep a core busy each, all ` +
        "the time.");
    }
    return found;
  }

  // ---- rules.py

  function advise(facts, wanted) {
    const decision = decide(facts, wanted), choice = decision.choice;
    const found = {
      placement: placementOf(facts, wanted), throughput_workload: throughputWorkload(facts, wanted),
      pick: null, decided_by: null, steps: [], reasons: [], runner_up: null, margin: null, level: [],
      qualifying: decision.qualified.length, pareto: pareto(decision.qualified), excluded: decision.excluded,
      changes: [], relax: [], caveats: [],
    };
    if (!choice) {
      return {...found, relax: relaxations(facts, wanted, decision),
        caveats: caveats(facts, wanted, null, null)};
    }
    const pick = choice.pick, base = (rating) => facts.mechanisms[rating.mechanism].base;
    const second = choose(decision.qualified.filter((rating) => base(rating) !== base(pick)), wanted.prefer);
    const runnerUp = second ? second.pick : null;
    return {...found, pick, decided_by: choice.decidedBy, steps: choice.steps,
      reasons: reasons(facts, wanted, pick), runner_up: runnerUp,
      margin: runnerUp ? margin(pick, runnerUp, wanted.prefer) : null,
      level: level(pick, decision.qualified, wanted.prefer[0]), changes: changes(facts, wanted, choice),
      caveats: caveats(facts, wanted, choice, runnerUp)};
  }

  function level(pick, qualified, statistic) {
    if (statistic === "simple" || !pick[statistic]) return [];
    return qualified.filter((rating) => rating.label !== pick.label && rating[statistic] &&
      !separable(rating[statistic], pick[statistic])).map(({mechanism, wait}) => ({mechanism, wait}));
  }

  globalThis.ipcmarkAdvice = {
    ...globalThis.ipcmarkAdvice,
    advise,
  };
})();
