// What the pages can do without it, they do: it adds the reader's own time, keys, and nothing that writes HTML.
const locale = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const place = (time) => {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.valueOf())) {
    time.title = `${locale.format(at)} here`;
  }
};
document.querySelectorAll('time[datetime]').forEach(place);

const typing = (target) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/u.test(target.tagName));

const rows = () => [...document.querySelectorAll('main tbody tr')].filter((row) => row.querySelector('a[href]'));

const step = (by) => {
  const all = rows();
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(all.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
  next?.querySelector('a[href]')?.focus();
};

// What can be done with the row that has the focus; what folds out takes the first field.
const act = (event) => {
  const row = document.activeElement?.closest('main tbody tr');
  const found = row?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!found) {
    return;
  }
  event.preventDefault();
  found.click();
  found.closest('details')?.querySelector('input:not([type=hidden]), select, textarea')?.focus();
};

let going = false;
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) {
    return;
  }
  if (going) {
    going = false;
    document.querySelector(`a[data-go="${CSS.escape(event.key)}"]`)?.click();
    return;
  }
  switch (event.key) {
    case 'g':
      going = true;
      break;
    case '/':
      event.preventDefault();
      document.getElementById('q')?.focus();
      break;
    case 'j':
      step(1);
      break;
    case 'k':
      step(-1);
      break;
    default:
      act(event);
      break;
  }
});

// The live tail: asks for what has arrived, makes rows of a template and writes text into them.
const tail = document.querySelector('[data-tail]');
const pause = 2000;
const mostRows = 500;

const wait = (time) => new Promise((done) => { setTimeout(done, time); });

const say = (words) => { document.getElementById('tail-state').textContent = words; };

const rowOf = (line) => {
  const row = document.getElementById('tail-line').content.firstElementChild.cloneNode(true);
  for (const part of row.querySelectorAll('[data-of]')) {
    part.textContent = line[part.dataset.of] ?? '';
  }
  for (const time of row.querySelectorAll('time[data-at]')) {
    time.dateTime = line[time.dataset.at] ?? '';
    place(time);
  }
  for (const link of row.querySelectorAll('[data-href]')) {
    const href = line[link.dataset.href];
    if (href?.startsWith('/console/')) {
      link.href = href;
    }
  }
  row.querySelector('[data-class]').classList.add(line.style);
  return row;
};

const follow = async (section) => {
  const body = section.querySelector('tbody');
  say('Records appear here as they arrive in the store.');
  for (;;) {
    if (document.hidden) {
      await wait(pause);
      continue;
    }
    const answer = await fetch(section.dataset.tail, { redirect: 'manual', headers: { accept: 'application/json' } });
    if (answer.status === 429 || answer.status >= 500) {
      say('The trail cannot be followed right now; it is tried again.');
      await wait(5 * pause);
      continue;
    }
    if (!answer.ok) {
      say('The tail has ended with the session. Open the page again.');
      return;
    }
    const part = await answer.json();
    for (const line of part.lines) {
      body.prepend(rowOf(line));
      document.getElementById('tail-none')?.remove();
    }
    while (body.rows.length > mostRows) {
      body.lastElementChild.remove();
    }
    section.dataset.tail = part.follow;
    document.getElementById('since').href = part.here;
    say(`As of ${new Date().toISOString().slice(0, 19).replace('T', ' ')} UTC.`);
    if (!part.more) {
      await wait(pause);
    }
  }
};

if (tail) {
  follow(tail).catch(() => say('The node cannot be reached. Open the page again.'));
}
