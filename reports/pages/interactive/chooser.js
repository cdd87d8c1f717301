'use strict';
// The chooser: asks the rules of the advice what is chosen, and shows the answer.
(() => {
  const rules = globalThis.ipcmarkAdvice;
  const { given, form, order, wanted, fill, markOrder, toAddress, fromAddress } = globalThis.ipcmarkChoice;
  const verdict = document.getElementById('chooser-verdict');
  const more = document.getElementById('chooser-more');
  const NBSP = '\u00a0';

  function element(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  // Text whose names in backquotes become emphasis.
  function marked(text) {
    return text.split('`').map((part, index) => (index % 2 ? element('strong', '', part) : part));
  }

  const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
  const sentence = (text) => element('li', '', ...marked(text));
  const list = (items) => element('ul', 'reasons', ...items);

  function folded(title, count, ...children) {
    return count ? element('details', '', element('summary', '', `${title} (${count})`), ...children) : null;
  }

  const figure = (rating, name) => (rating[name] ? rules.figureText(rating[name], name) : '–');

  // A figure with its interval in small print below.
  function figureCell(rating, name) {
    const [value, interval] = figure(rating, name).split(/(?=\[)/);
    return element('td', '', value.trim(), interval ? element('small', '', interval) : null);
  }

  function takes({ needs, libraries, kernel_objects: objects, lines }) {
    const parts = [[needs, ...libraries].filter(Boolean).join(' and ') || 'nothing beside the kernel'];
    if (objects !== null) parts.push(`${objects} kernel object${objects === 1 ? '' : 's'}`);
    if (lines !== null) parts.push(`${lines} line${lines === 1 ? '' : 's'}`);
    return parts.join(', ');
  }

  // Best first: the pick, then by the first figure that is preferred.
  function ranked(answer, prefer) {
    const first = prefer.find((name) => name !== 'simple');
    const sign = first === 'throughput' ? -1 : 1;
    const toll = (rating) => (rating[first] ? sign * rating[first][0] : Infinity);
    const rest = answer.pareto.filter((rating) => rating.label !== answer.pick.label);
    return [answer.pick, ...rest.sort((a, b) => toll(a) - toll(b))];
  }

  function mark(rating, answer) {
    if (rating.label === answer.pick.label) return 'the pick';
    const level = answer.level.some(({ mechanism, wait }) => rating.mechanism === mechanism && rating.wait === wait);
    if (level) return 'not separable';
    return answer.runner_up && rating.label === answer.runner_up.label ? 'runner-up' : '';
  }

  function ranking(answer, prefer) {
    const names = Object.entries(given.figures).filter(([name]) => name in given.preferences);
    const heads = ['Mechanism · wait', 'Place', ...names.map(([, name]) => name), 'Takes'];
    const head = element('tr', '', ...heads.map((name) => Object.assign(element('th', '', name), { scope: 'col' })));
    const rows = ranked(answer, prefer).map((rating) => element('tr', '',
      Object.assign(element('th', '', rating.label), { scope: 'row' }),
      element('td', '', mark(rating, answer)),
      ...names.map(([name]) => figureCell(rating, name)),
      element('td', '', takes(rating.complexity))));
    const table = element('table', 'ranking', element('thead', '', head), element('tbody', '', ...rows));
    const frame = element('div', 'scroll', table);
    frame.tabIndex = 0;
    return frame;
  }

  // What a map holds under a key, made where it is missing.
  function under(map, key, make) {
    if (!map.has(key)) map.set(key, make());
    return map.get(key);
  }

  // Everybody who does not qualify, by constraint and then by evidence.
  function exclusions(excluded) {
    const groups = new Map();
    const newMap = () => new Map();
    for (const { mechanism, wait, constraint, evidence } of excluded) {
      const who = under(under(groups, constraint, newMap), evidence, newMap);
      under(who, mechanism, () => []).push(wait);
    }
    return [...groups].flatMap(([constraint, group]) => [
      element('h4', '', given.constraints[constraint] || constraint),
      list([...group].map(([evidence, who]) =>
        element('li', '', capital(evidence), element('small', '', names(who))))),
    ]);
  }

  // Mechanisms that share their waits together: pipe, fifo · spin, block; futex · spin.
  function names(who) {
    const sharing = new Map();
    for (const [mechanism, waits] of who) under(sharing, waits.join(', '), () => []).push(mechanism);
    return [...sharing].map(([waits, mechanisms]) => `${mechanisms.join(', ')} · ${waits}`).join('; ');
  }

  function pickText(answer, requirements) {
    if (!answer.pick) return `Nobody of ${given.facts.candidates.length} candidates qualifies.`;
    const first = requirements.prefer.find((name) => name !== 'simple');
    const known = answer.pick[first] ? `, ${given.preferences[first]} ${figure(answer.pick, first)}` : '';
    const behind = answer.runner_up ? ` Against the runner-up: ${answer.margin.told}.` : '';
    return `Choose \`${answer.pick.label}\`${known}.${behind}`;
  }

  function how(answer) {
    const steps = answer.steps.map(({ statistic, left }) => `${given.preferences[statistic]} left ${left}`);
    const among = `Of ${answer.qualifying} candidate${answer.qualifying === 1 ? '' : 's'} that qualify`;
    return steps.length ? `${among}: ${steps.join(', ')}.` : `${among} it is the only one.`;
  }

  // Who is as good as the pick in what counts first, as far as anybody can tell.
  function level(answer, requirements) {
    if (!answer.level.length) return null;
    const names = answer.level.map(({ mechanism, wait }) => `\`${mechanism} · ${wait}\``);
    const first = given.preferences[requirements.prefer[0]];
    return element('p', '', ...marked(`Not separable from it in ${first}: ${names.join(', ')}.`));
  }

  function show(requirements) {
    const answer = rules.advise(given.facts, requirements);
    verdict.replaceChildren(...marked(pickText(answer, requirements)));
    const changed = answer.changes.map(({ change, told }) => sentence(`${capital(change)}: ${told}.`));
    const parts = answer.pick ? [
      element('p', 'how', how(answer)), level(answer, requirements),
      list(answer.reasons.map(({ evidence }) => sentence(capital(evidence)))),
      element('h3', '', 'Beaten by nobody in everything'), ranking(answer, requirements.prefer),
    ] : [
      answer.relax.length ? element('p', '', 'Relax one of these:') : null,
      list(answer.relax.map(({ change, told }) => sentence(`${capital(change)}: ${told}.`))),
    ];
    more.replaceChildren(...[...parts,
      folded('Why not the others', answer.excluded.length, ...exclusions(answer.excluded)),
      folded('What would change it', changed.length, list(changed)),
      folded('Caveats', answer.caveats.length, list(answer.caveats.map(sentence))),
      element('p', 'again', 'The same in a terminal'),
      element('pre', '', element('code', '', command(requirements)))].filter(Boolean));
  }

  // The command that asks the same.
  function command(requirements) {
    const parts = ['ipcmark advise RESULT'];
    const options = { p99_ns: 'p99', platforms: 'platform', pass_fd: 'pass-fd' };
    for (const [name, value] of Object.entries(requirements)) {
      if (name === 'prefer' || JSON.stringify(value) === JSON.stringify(rules.NOTHING[name])) continue;
      const option = `--${(options[name] || name).replaceAll('_', '-')}`;
      if (value === true) parts.push(option);
      else if (name === 'p99_ns') parts.push(`${option} ${rules.limit(value, 'p99').replace(NBSP, '').replace('µ', 'u')}`);
      else parts.push(`${option} ${Array.isArray(value) ? value.join(',') : value}`);
    }
    if (requirements.prefer.join() !== rules.NOTHING.prefer.join()) {
      parts.push(...requirements.prefer.map((name) => `--prefer ${name}`));
    }
    return parts.join(' ');
  }

  function answer() {
    const requirements = wanted();
    if (!requirements) return;
    show(requirements);
    toAddress(requirements);
  }

  function onControl(control) {
    if (control.name === 'profile') fill(given.profiles[control.value] || rules.NOTHING);
    else form.elements.profile.value = '';
    answer();
  }

  function begin() {
    const asked = fromAddress();
    fill(asked || rules.NOTHING);
    document.getElementById('chooser-absent').hidden = true;
    form.hidden = false;
    document.getElementById('chooser-answer').hidden = false;
    show(wanted());
    if (asked) form.closest('section').scrollIntoView();
  }

  form.addEventListener('submit', (event) => event.preventDefault());
  // Lists tell of a choice by `change`, everything else at once by `input`.
  form.addEventListener('change', (event) => {
    if (event.target.matches('select')) onControl(event.target);
  });
  form.addEventListener('input', (event) => {
    if (!event.target.matches('select')) onControl(event.target);
  });
  form.addEventListener('reset', (event) => {
    event.preventDefault();
    form.elements.profile.value = '';
    fill(rules.NOTHING);
    answer();
  });
  order.addEventListener('click', (event) => {
    const item = event.target.closest('button')?.closest('li');
    if (!item || !item.previousElementSibling) return;
    item.previousElementSibling.before(item);
    markOrder();
    const button = item.querySelector('button');
    (button.disabled ? item.nextElementSibling.querySelector('button') : button).focus();
    form.elements.profile.value = '';
    answer();
  });
  addEventListener('hashchange', () => {
    const asked = fromAddress();
    if (!asked) return;
    fill(asked);
    show(asked);
  });
  begin();
})();
