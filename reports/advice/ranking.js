// Who meets everything, who of them is first, and who cannot be told from it: ranking.py and deciding.py.
"use strict";

(() => {
  const {TITLES, asSimple, complexityKey, here, rated, rounded, throughputWorkload, times, violations} =
    globalThis.ipcmarkAdvice;

  // ---- ranking.py

  const MEASURED = ["p99", "cpu", "throughput"];

  const separable = (a, b) => a.length === 3 && b.length === 3 && (a[2] < b[1] || b[2] < a[1]);
  const toll = (figure, statistic) => statistic === "throughput" ? -figure[0] : figure[0];

  function compareKeys(a, b) {
    for (let i = 0; i < a.length; i += 1) {
      if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
    }
    return 0;
  }

  function order(rating, statistic) {
    if (statistic === "simple") return [0, ...complexityKey(rating), rating.label];
    const figure = rating[statistic];
    return figure ? [0, toll(figure, statistic), rating.label] : [1, 0, rating.label];
  }

  const by = (statistic) => (a, b) => compareKeys(order(a, statistic), order(b, statistic));
  const least = (group, statistic) => [...group].sort(by(statistic))[0];

  function choose(group, prefer) {
    if (!group.length) return null;
    let pool = group, decided = "alone";
    const steps = [];
    for (const statistic of prefer) {
      if (pool.length === 1) break;
      const known = pool.filter((rating) => statistic === "simple" || rating[statistic]);
      if (known.length) {
        const [level, best] = levelWithBest(known, statistic);
        pool = level;
        steps.push({statistic, best: best.label, left: pool.length});
        decided = statistic;
      }
    }
    if (pool.length > 1) decided = "median";
    const first = prefer.find((name) => name !== "simple" && pool[0][name]) || "simple";
    return {pick: least(pool, first), left: pool, steps, decidedBy: decided};
  }

  function levelWithBest(known, statistic) {
    if (statistic === "simple") {
      const best = least(known, statistic);
      return [known.filter((rating) => asSimple(rating, best)), best];
    }
    const covered = known.filter((rating) => rating[statistic].length === 3);
    const sure = covered.length ? covered : known, best = least(sure, statistic);
    return [sure.filter((rating) => !separable(rating[statistic], best[statistic])), best];
  }

  const pareto = (group) =>
    group.filter((rating) => !group.some((other) => dominates(other, rating))).sort(by("p99"));

  function dominates(a, b) {
    const compared = compareKeys(complexityKey(a), complexityKey(b));
    if (compared > 0) return false;
    for (const statistic of MEASURED) {
      if (b[statistic] && (!a[statistic] || toll(a[statistic], statistic) > toll(b[statistic], statistic))) {
        return false;
      }
    }
    return compared < 0 || MEASURED.some((name) => a[name] && b[name] && separable(a[name], b[name]));
  }

  function margin(pick, runnerUp, prefer) {
    const statistic = prefer[0];
    if (statistic === "simple") return simpleMargin(pick, runnerUp);
    const mine = pick[statistic], other = runnerUp[statistic];
    if (!mine || !other) {
      return {statistic, ratio: null, low: null, high: null, separable: false,
        told: `${TITLES[statistic]} was not measured for both`};
    }
    const [above, below] = statistic === "throughput" ? [mine, other] : [other, mine];
    const divided = (a, b) => b > 0 ? rounded(a / b) : null;
    const [ratio, low, high] = [[0, 0], [1, 2], [2, 1]].map(([i, j]) => divided(above[i], below[j]));
    const apart = separable(mine, other);
    return {statistic, ratio, low, high, separable: apart,
      told: marginTold(pick, runnerUp, statistic, [ratio, low, high], apart)};
  }

  function marginTold(pick, other, statistic, ratio, apart) {
    const [who, whose] = statistic === "throughput" ? [pick, other] : [other, pick];
    let how = "an unknown multiple of";
    if (!ratio.includes(null)) {
      const [middle, low, high] = ratio.map(times);
      how = `${middle} [${low}, ${high}] times`;
    }
    const told = `${TITLES[statistic]} of \`${who.label}\` is ${how} that of \`${whose.label}\``;
    return apart ? told : `${told}: not separable`;
  }

  function simpleMargin(pick, other) {
    const mine = complexityKey(pick), its = complexityKey(other);
    const words = ["what it needs beside the kernel", "libraries", "lines of code"];
    const alike = asSimple(pick, other);
    let told = `\`${pick.label}\` is about as simple as \`${other.label}\`: not separable`;
    if (!alike) {
      const differs = mine.findIndex((value, i) => value !== its[i]);
      const who = mine[differs] < its[differs] ? "simpler" : "less simple";
      told = `\`${pick.label}\` is ${who} than \`${other.label}\` in ${words[differs]}`;
    }
    return {statistic: "simple", ratio: null, low: null, high: null, separable: !alike, told};
  }

  // ---- deciding.py

  function decide(facts, wanted) {
    const workload = throughputWorkload(facts, wanted), qualified = [], excluded = [];
    for (const candidate of here(facts, wanted)) {
      const rating = rated(facts, wanted, candidate, workload);
      const found = violations(facts, wanted, candidate, rating, workload);
      for (const [constraint, text] of found) {
        excluded.push({mechanism: candidate.mechanism, wait: candidate.wait, constraint, evidence: text});
      }
      if (!found.length) qualified.push(rating);
    }
    return {qualified, excluded, choice: choose(qualified, wanted.prefer)};
  }

  globalThis.ipcmarkAdvice = {
    ...globalThis.ipcmarkAdvice,
    separable, choose, pareto, margin, decide,
  };
})();
