'use strict';
// A figure to zoom into, drawn by uPlot from the numbers of the still one, which stays where it is.
(() => {
  const { quantity, short, bounds, messageSize, percentile } = globalThis.ipcmarkFormat;
  const HEIGHT = 440;
  const NEAR = 24; // Pixels within which the pointer means a line.
  const TELL = { percentile, size: messageSize };

  const colour = (role) => getComputedStyle(document.documentElement).getPropertyValue(`--${role}`).trim();

  function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  // Axes of the figure: the nines of a percentile or the sizes measured across, decades upwards.
  function axesFor(figure, panel) {
    const common = () => ({
      stroke: colour('muted'), font: '12px system-ui, sans-serif',
      grid: { stroke: colour('rule'), width: 1 }, ticks: { show: false },
    });
    const places = figure.x === 'size' ? panel.x.filter((size) => Number.isInteger(Math.log2(size))) : null;
    const x = {
      ...common(), values: (_, splits) => splits.map((value) => TELL[figure.x](value)),
      ...(figure.x === 'size'
        ? { splits: (plot) => within(plot, places.length ? places : panel.x), filter: (_, splits) => splits }
        : { splits: (plot) => nines(plot.scales.x.min, plot.scales.x.max), filter: (_, splits) => splits }),
    };
    const y = {
      ...common(), size: 72, splits: (plot) => roundValues(plot.scales.y.min, plot.scales.y.max),
      filter: (_, splits) => splits,
      values: (_, splits) => splits.map((value) => short(value, figure.y)),
    };
    return [x, y];
  }

  const position = (percent) => -Math.log10(1 - percent / 100);
  const NINES = [50, 90, 99, 99.9, 99.99, 99.999].map(position);
  const FINER = [10, 25, 50, 75, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.99, 99.999].map(position);

  // The nines in sight, and what lies between them where they are few.
  function nines(low, high) {
    const seen = (places) => places.filter((place) => place >= low && place <= high);
    if (seen(NINES).length > 2) return seen(NINES);
    if (seen(FINER).length > 2) return seen(FINER);
    return [0, 0.25, 0.5, 0.75, 1].map((share) => low + share * (high - low));
  }

  // At most seven of the places that the x axis shows.
  function within(plot, places) {
    const seen = places.filter((place) => place >= plot.scales.x.min && place <= plot.scales.x.max);
    const every = Math.ceil(seen.length / 7);
    return seen.filter((_, index) => index % every === 0);
  }

  // Decades, in steps of 1-2-5 where they are few, and even steps where there is not one of them.
  function roundValues(low, high) {
    const decades = Math.log10(high / low);
    const found = [];
    for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent++) {
      for (const step of decades < 2.5 ? [1, 2, 5] : [1]) found.push(step * 10 ** exponent);
    }
    const inside = found.filter((value) => value >= low && value <= high);
    if (inside.length > 1) return inside;
    const room = 10 ** Math.floor(Math.log10((high - low) / 3));
    const step = room * ([1, 2, 5].find((factor) => (high - low) / (room * factor) < 6) || 10);
    const even = [];
    for (let value = Math.ceil(low / step) * step; value <= high; value += step) even.push(value);
    return even;
  }

  // All that is drawn, with some air; logarithms need no zero.
  function whole(panel, key) {
    const values = key === 'x' ? panel.x
      : panel.series.flatMap((line) => line.y).filter((value) => value > 0);
    return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  }

  function scalesFor(figure, panel) {
    const [left, right] = whole(panel, 'x');
    const [low, high] = whole(panel, 'y');
    const x = figure.x === 'size' ? [left / 1.3, right * 1.3] : [Math.min(left, 0), right * 1.02];
    const y = [low / 1.3, high * 1.3];
    return { x, y };
  }

  function options(figure, panel, box, hooks) {
    const { x, y } = scalesFor(figure, panel);
    return {
      width: box.clientWidth, height: HEIGHT, legend: { show: false }, axes: axesFor(figure, panel), hooks,
      scales: {
        x: { time: false, distr: figure.x === 'size' ? 3 : 1, log: 2, range: () => x },
        y: { distr: 3, range: () => y },
      },
      cursor: { drag: { x: true, y: true, uni: 30 }, focus: { prox: NEAR }, points: { size: 8 } },
      focus: { alpha: 0.3 },
      series: [{}, ...panel.series.map((line) => ({
        label: line.label, stroke: colour(line.colour), width: 1.8, dash: line.dash, spanGaps: true,
        points: { show: figure.x === 'size', size: 6, fill: colour(line.colour) },
      }))],
    };
  }

  // What a point says: the figure, its interval where it has one, whose it is and where.
  function told(figure, panel, line, index) {
    const value = panel.series[line].y[index];
    if (value === null || value === undefined) return '';
    const interval = panel.series[line].bounds[index];
    const where = figure.x === 'percentile'
      ? `${percentile(panel.x[index])} of messages within` : `${messageSize(panel.x[index])}:`;
    const spread = interval ? ` ${bounds(interval, value, figure.y)}` : '';
    return `${where} ${quantity(value, figure.y)}${spread}`;
  }

  class Explorer {
    constructor(figure, name) {
      this.figure = figure;
      this.box = element('div', { className: 'plot', tabIndex: 0 });
      this.box.setAttribute('role', 'group');
      this.box.setAttribute('aria-label', `${name}. Arrow keys move from point to point and from line to line, ` +
        'plus and minus zoom, Escape shows all again.');
      this.tip = element('p', { className: 'tip', hidden: true });
      this.tip.setAttribute('role', 'status');
      this.legend = element('div', { className: 'legend' });
      this.legend.setAttribute('role', 'group');
      this.legend.setAttribute('aria-label', 'Lines shown');
      this.root = element('div', { className: 'explorer' }, this.controls(), this.box, this.legend);
      this.box.addEventListener('keydown', (event) => this.onKey(event));
      new ResizeObserver(() => {
        if (this.plot && this.box.clientWidth) this.plot.setSize({ width: this.box.clientWidth, height: HEIGHT });
      }).observe(this.box);
      matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.plot && this.draw());
    }

    controls() {
      const choice = element('select');
      this.figure.panels.forEach((panel, index) => choice.append(element('option', {
        value: index, textContent: panel.title })));
      choice.addEventListener('change', () => this.show(Number(choice.value)));
      const reset = element('button', { type: 'button', textContent: 'Show all' });
      reset.addEventListener('click', () => this.reset());
      return element('p', { className: 'controls' },
        element('label', {}, 'Condition ', choice), reset,
        element('span', { className: 'hint', textContent: 'Drag to zoom, double-click to show all.' }));
    }

    // Draws a panel with all its lines.
    show(index) {
      this.panel = this.figure.panels[index];
      this.hidden = new Set();
      this.point = { line: 0, index: 0 };
      this.draw();
      this.legend.replaceChildren(...this.panel.series.map((line, number) => this.toggle(line, number)));
    }

    draw() {
      if (this.plot) this.plot.destroy();
      const { panel, figure, box } = this;
      const hooks = {
        setCursor: [(plot) => this.tell(plot)],
        setSeries: [(_, line, options) => {
          if ('focus' in options) this.near = line;
        }],
      };
      this.near = null;
      this.plot = new uPlot(
        options(figure, panel, box, hooks), [panel.x, ...panel.series.map((line) => line.y)], box);
      this.hidden.forEach((line) => this.plot.setSeries(line + 1, { show: false }));
      this.plot.over.append(this.tip);
    }

    toggle(line, number) {
      const sample = element('span', { className: 'sample' });
      sample.style.borderTop = `3px ${line.dash.length ? 'dashed' : 'solid'} var(--${line.colour})`;
      const button = element('button', { type: 'button' }, sample, line.label);
      button.setAttribute('aria-pressed', 'true');
      button.addEventListener('click', () => {
        const shown = this.hidden.has(number);
        if (shown) this.hidden.delete(number);
        else this.hidden.add(number);
        button.setAttribute('aria-pressed', String(shown));
        this.plot.setSeries(number + 1, { show: shown });
      });
      return button;
    }

    // The line near the pointer says what it knows.
    tell(plot) {
      const line = this.near === null || this.near === undefined ? -1 : this.near - 1;
      const index = plot.cursor.idx;
      const text = line >= 0 && index !== null ? told(this.figure, this.panel, line, index) : '';
      this.tip.hidden = !text;
      if (!text) return;
      this.tip.replaceChildren(element('strong', { textContent: this.panel.series[line].label }), ` ${text}`);
      const { left, top } = plot.cursor;
      this.tip.style.left = `${left}px`;
      this.tip.style.top = `${top}px`;
      this.tip.dataset.side = left > plot.over.clientWidth / 2 ? 'left' : 'right';
    }

    // The cursor on one point of one line, by keys.
    goTo(line, index) {
      const { plot, panel } = this;
      this.point = { line, index };
      this.near = line + 1;
      plot.setSeries(line + 1, { focus: true });
      plot.setCursor({
        left: plot.valToPos(panel.x[index], 'x'), top: plot.valToPos(panel.series[line].y[index], 'y'),
      });
    }

    step(across, upwards) {
      const { series } = this.panel;
      let { line, index } = this.point;
      if (upwards) {
        const shown = series.map((_, number) => number).filter((number) => !this.hidden.has(number));
        line = shown[(shown.indexOf(line) + upwards + shown.length) % shown.length] ?? line;
      }
      const known = series[line].y.flatMap((value, at) => (value === null ? [] : [at]));
      const at = known.findIndex((place) => place >= index);
      const next = Math.min(Math.max((at < 0 ? known.length - 1 : at) + across, 0), known.length - 1);
      this.goTo(line, known[next]);
    }

    // Makes what is seen smaller or larger about the cursor, evenly in logarithms.
    zoom(factor) {
      const { plot, point, panel } = this;
      const [x, y] = [panel.x[point.index], panel.series[point.line].y[point.index]];
      plot.batch(() => {
        plot.setScale('x', zoomed(plot.scales.x, x, factor, this.figure.x === 'size'));
        plot.setScale('y', zoomed(plot.scales.y, y, factor, true));
      });
    }

    reset() {
      const { x, y } = scalesFor(this.figure, this.panel);
      this.plot.batch(() => {
        this.plot.setScale('x', { min: x[0], max: x[1] });
        this.plot.setScale('y', { min: y[0], max: y[1] });
      });
    }

    onKey(event) {
      const act = {
        ArrowRight: () => this.step(1, 0), ArrowLeft: () => this.step(-1, 0),
        ArrowUp: () => this.step(0, -1), ArrowDown: () => this.step(0, 1),
        '+': () => this.zoom(0.6), '=': () => this.zoom(0.6), '-': () => this.zoom(1 / 0.6),
        Escape: () => this.reset(),
      }[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    }
  }

  function zoomed({ min, max }, about, factor, logarithmic) {
    const [to, from] = logarithmic ? [Math.log, Math.exp] : [(value) => value, (value) => value];
    return {
      min: from(to(about) - (to(about) - to(min)) * factor),
      max: from(to(about) + (to(max) - to(about)) * factor),
    };
  }

  // A button below the still figure opens the other one.
  function offer(data) {
    const section = document.getElementById(data.dataset.name);
    const still = section?.querySelector('.panels');
    if (!still) return;
    const name = section.querySelector('h2').textContent;
    const button = element('button', { type: 'button', className: 'explore', textContent: 'Zoom and read values' });
    button.setAttribute('aria-expanded', 'false');
    let explorer = null;
    button.addEventListener('click', () => {
      const opened = button.getAttribute('aria-expanded') === 'true';
      button.setAttribute('aria-expanded', String(!opened));
      button.textContent = opened ? 'Zoom and read values' : 'Close';
      explorer = explorer || new Explorer(JSON.parse(data.textContent), name);
      if (opened) {
        explorer.root.remove();
      } else {
        button.after(explorer.root);
        explorer.show(Number(explorer.root.querySelector('select').value));
      }
    });
    still.after(button);
  }

  document.querySelectorAll('script.series').forEach(offer);
})();
