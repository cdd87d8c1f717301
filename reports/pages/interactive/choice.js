'use strict';
// What is chosen: from the controls to requirements and back, and in the address of the page.
(() => {
  const rules = globalThis.ipcmarkAdvice;
  const given = JSON.parse(document.querySelector('script.chooser').textContent);
  const form = document.getElementById('chooser-form');
  const order = document.getElementById('chooser-order');
  const ADDRESS = '#choice:';
  const NBSP = '\u00a0';
  const AMOUNTS = ['size', 'rate', 'p99_ns', 'cores_to_burn', 'producers', 'consumers'];
  const UNITS = {
    size: { '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, k: 1024, kib: 1024, m: 2 ** 20, mib: 2 ** 20, gib: 2 ** 30 },
    rate: { '': 1, k: 1e3, m: 1e6, g: 1e9 },
    p99_ns: { ns: 1, us: 1e3, 'µs': 1e3, 'μs': 1e3, ms: 1e6, s: 1e9 },
  };
  const LEAST = { size: 0, rate: 1e-9, p99_ns: 1e-9, cores_to_burn: 0, producers: 1, consumers: 1 };
  const MOST = { size: 2 ** 40, cores_to_burn: 10000, producers: 10000, consumers: 10000 };
  const HINTS = {
    size: 'Bytes, as in 64 or 4 KiB.', rate: 'A number, as in 20000 or 20k.', p99_ns: 'A time, as in 50 µs.',
    cores_to_burn: 'A count, or nothing.', producers: 'A count from 1.', consumers: 'A count from 1.',
  };

  // ---- from controls to requirements

  // An amount with its unit as a number; null for nothing, NaN for what cannot be meant.
  function amount(name, text) {
    const plain = text.trim().toLowerCase().replaceAll(',', '').replace(/\/s$/, '');
    if (!plain) return rules.NOTHING[name];
    const found = /^(\d+(?:\.\d+)?)\s*([a-zµμ]*)$/.exec(plain);
    const factor = found ? (UNITS[name] || { '': 1 })[found[2]] : undefined;
    const value = factor ? Math.round(Number(found[1]) * factor * 1e6) / 1e6 : NaN;
    const counted = name !== 'rate' && name !== 'p99_ns';
    const inside = value >= LEAST[name] && value <= (MOST[name] || Infinity);
    return inside && (!counted || Number.isInteger(value)) ? value : NaN;
  }

  function ticked(name) {
    return [...form.querySelectorAll(`input[name=${name}]:checked`)].map((box) => box.value);
  }

  // What is asked for, as `ipcmark advise` reads it; null while a field says nothing that can be meant.
  function wanted() {
    const found = { ...rules.NOTHING };
    let sound = true;
    for (const name of AMOUNTS) {
      const input = form.elements[name];
      const value = amount(name, input.value);
      const wrong = Number.isNaN(value);
      input.setAttribute('aria-invalid', String(wrong));
      document.getElementById(`wrong-${name}`).textContent = wrong ? HINTS[name] : '';
      sound = sound && !wrong;
      found[name] = value;
    }
    for (const name of given.guarantees) found[name] = false;
    for (const name of ticked('needed')) found[name] = true;
    found.platforms = ticked('platforms');
    found.placement = form.elements.placement.value || null;
    found.prefer = [...order.children].map((item) => item.dataset.name);
    return sound ? found : null;
  }

  // ---- from requirements to controls

  function shown(name, value) {
    if (value === null) return '';
    if (name === 'size') return value ? rules.sizeText(value).replace(NBSP, ' ') : '0';
    if (name === 'p99_ns') return rules.limit(value, 'p99').replace(NBSP, ' ');
    return String(value);
  }

  function fill(requirements) {
    for (const name of AMOUNTS) form.elements[name].value = shown(name, requirements[name]);
    for (const box of form.querySelectorAll('input[name=needed]')) box.checked = requirements[box.value];
    for (const box of form.querySelectorAll('input[name=platforms]')) {
      box.checked = requirements.platforms.includes(box.value);
    }
    form.elements.placement.value = requirements.placement || '';
    for (const name of requirements.prefer) order.append(order.querySelector(`[data-name="${name}"]`));
    markOrder();
  }

  // The first one has nowhere to go.
  function markOrder() {
    [...order.children].forEach((item, index) => {
      item.querySelector('button').disabled = index === 0;
    });
  }

  // ---- the address keeps the choice: only what differs from nothing asked

  function toAddress(requirements) {
    const parts = new URLSearchParams();
    for (const [name, value] of Object.entries(requirements)) {
      if (JSON.stringify(value) !== JSON.stringify(rules.NOTHING[name])) {
        parts.set(name, Array.isArray(value) ? value.join(',') : String(value));
      }
    }
    history.replaceState(null, '', `${ADDRESS}${parts}`);
  }

  // The requirements in the address, or null. Whatever is not known or cannot be meant is passed over.
  function fromAddress() {
    if (!location.hash.startsWith(ADDRESS)) return null;
    const found = { ...rules.NOTHING };
    for (const [name, text] of new URLSearchParams(location.hash.slice(ADDRESS.length))) {
      const value = read(name, text);
      if (value !== undefined) found[name] = value;
    }
    return found;
  }

  function read(name, text) {
    if (AMOUNTS.includes(name)) {
      const value = amount(name, name === 'p99_ns' ? `${text}ns` : text);
      return Number.isNaN(value) ? undefined : value;
    }
    if (given.guarantees.includes(name)) return text === 'true';
    if (name === 'placement') return given.facts.placements.includes(text) ? text : undefined;
    const names = text.split(',');
    if (name === 'platforms') return ['linux', 'windows'].filter((system) => names.includes(system));
    if (name !== 'prefer') return undefined;
    const known = names.filter((each) => each in given.preferences);
    return [...new Set([...known, ...Object.keys(given.preferences)])];
  }

  globalThis.ipcmarkChoice = { given, form, order, wanted, fill, markOrder, toAddress, fromAddress };
})();
