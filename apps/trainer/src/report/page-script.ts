/**
 * What the page does by itself, in plain JavaScript that any current browser runs: the theme button, and the map
 * with its thumbnails.
 */
export const pageScript = String.raw`
'use strict';
(function theme() {
  const button = document.getElementById('theme');
  const themes = ['auto', 'light', 'dark'];
  function stored(write) {
    try {
      if (write === undefined) return localStorage.getItem('ssl-report-theme');
      localStorage.setItem('ssl-report-theme', write);
    } catch { return null; }
  }
  function apply(name) {
    if (name === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    button.textContent = 'Theme: ' + name;
    dispatchEvent(new Event('themechange'));
  }
  let current = themes.includes(stored()) ? stored() : 'auto';
  button.hidden = false;
  button.addEventListener('click', function next() {
    current = themes[(themes.indexOf(current) + 1) % themes.length];
    stored(current);
    apply(current);
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', function () { apply(current); });
  apply(current);
})();

(function sounds() {
  const source = document.getElementById('sounds');
  if (!source) return;
  const addresses = JSON.parse(source.textContent);
  let playing = null;
  function stop() {
    if (!playing) return;
    playing.audio.pause();
    playing.button.classList.remove('playing');
    playing = null;
  }
  document.addEventListener('click', function (event) {
    const button = event.target.closest('[data-sound]');
    if (!button) return;
    const again = playing && playing.button === button;
    stop();
    if (again) return;
    const audio = new Audio(addresses[button.dataset.sound]);
    playing = { audio, button };
    button.classList.add('playing');
    audio.addEventListener('ended', function () { if (playing && playing.audio === audio) stop(); });
    audio.play().catch(stop);
  });
})();

(function map() {
  const source = document.getElementById('map-data');
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const canvas = document.getElementById('map-canvas');
  const card = document.getElementById('map-card');
  const tile = card.querySelector('.tile');
  const words = document.getElementById('map-words');
  const count = data.images.length;
  let colouring = data.colourings[0];
  let group = null;
  let pointed = -1;
  let frame = { size: 1, left: 0, top: 0, width: 1, height: 1 };

  function at(i) {
    return [frame.left + (data.x[i] / data.steps) * frame.size, frame.top + (data.y[i] / data.steps) * frame.size];
  }
  function draw() {
    const ratio = devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (!width) return;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const size = Math.min(width, height) - 32;
    frame = { size, left: (width - size) / 2, top: (height - size) / 2, width, height };
    const pen = canvas.getContext('2d');
    pen.scale(ratio, ratio);
    const style = getComputedStyle(canvas);
    const radius = Math.max(1.2, Math.min(3.2, 120 / Math.sqrt(count)));
    for (const chosen of group === null ? [true] : [false, true]) {
      pen.globalAlpha = chosen ? 0.85 : 0.1;
      for (let i = 0; i < count; i++) {
        if (group !== null && (colouring.groups[i] === group) !== chosen) continue;
        const [x, y] = at(i);
        pen.fillStyle = colouring ? colouring.colours[colouring.groups[i]] : style.color;
        pen.beginPath();
        pen.arc(x, y, radius, 0, 7);
        pen.fill();
      }
    }
    if (pointed < 0) return;
    const [x, y] = at(pointed);
    pen.globalAlpha = 1;
    pen.strokeStyle = style.color;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, radius + 3, 0, 7);
    pen.stroke();
  }
  function point(i) {
    if (i === pointed) return;
    pointed = i;
    draw();
    card.hidden = i < 0;
    if (i < 0) return;
    const image = data.images[i];
    const lines = data.colourings.map(function (one) { return one.names[one.groups[i]]; });
    words.textContent = [data.noun + ' ' + image].concat(data.texts ? [data.texts[image] || ''] : [], lines).join('\n');
    tile.hidden = !data.atlas || image >= data.atlas.capacity;
    if (data.atlas) {
      tile.style.setProperty('--x', image % data.atlas.columns);
      tile.style.setProperty('--y', Math.floor(image / data.atlas.columns));
    }
    const [x, y] = at(i);
    const right = x + 14 + card.offsetWidth > frame.width ? x - 14 - card.offsetWidth : x + 14;
    const top = Math.max(4, Math.min(y - card.offsetHeight / 2, frame.height - card.offsetHeight - 4));
    card.style.transform = 'translate(' + Math.max(4, right) + 'px,' + top + 'px)';
  }
  /** The point with the least cost, of those that have one. */
  function best(cost) {
    let found = -1, least = Infinity;
    for (let i = 0; i < count; i++) {
      if (group !== null && colouring.groups[i] !== group) continue;
      const [x, y] = at(i);
      const value = cost(x, y, i);
      if (value < least) { least = value; found = i; }
    }
    return found;
  }
  function follow(event) {
    const box = canvas.getBoundingClientRect();
    const px = event.clientX - box.left, py = event.clientY - box.top;
    point(best(function (x, y) {
      const distance = Math.hypot(x - px, y - py);
      return distance < 24 ? distance : Infinity;
    }));
  }
  const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener('pointermove', follow);
  canvas.addEventListener('pointerdown', follow);
  canvas.addEventListener('pointerleave', function () { point(-1); });
  canvas.addEventListener('blur', function () { point(-1); });
  canvas.addEventListener('keydown', function (event) {
    if (event.key === 'Escape') return point(-1);
    const direction = directions[event.key];
    if (!direction) return;
    event.preventDefault();
    if (pointed < 0) return point(best(function (x, y) { return Math.hypot(x - frame.width / 2, y - frame.height / 2); }));
    const [fromX, fromY] = at(pointed);
    const next = best(function (x, y, i) {
      const along = (x - fromX) * direction[0] + (y - fromY) * direction[1];
      const across = Math.abs((x - fromX) * direction[1]) + Math.abs((y - fromY) * direction[0]);
      return i !== pointed && along > across && along > 0 ? along + 2 * across : Infinity;
    });
    if (next >= 0) point(next);
  });

  function press(buttons, pressed) {
    for (const button of buttons) button.setAttribute('aria-pressed', String(button === pressed));
  }
  const switches = document.querySelectorAll('[data-colouring]');
  const groups = document.querySelectorAll('[data-group]');
  for (const button of switches) {
    button.addEventListener('click', function () {
      colouring = data.colourings.find(function (one) { return one.id === button.dataset.colouring; });
      group = null;
      press(switches, button);
      press(groups, null);
      for (const legend of document.querySelectorAll('[data-legend]')) {
        legend.hidden = legend.dataset.legend !== colouring.id;
      }
      draw();
    });
  }
  for (const button of groups) {
    button.addEventListener('click', function () {
      const own = Number(button.dataset.group);
      group = group === own ? null : own;
      press(groups, group === null ? null : button);
      draw();
    });
  }
  addEventListener('themechange', draw);
  new ResizeObserver(draw).observe(canvas);
})();
`;
