// What the pages can do without it, they do: it adds the reader's own time, keys, and nothing that writes HTML.
const locale = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
for (const time of document.querySelectorAll('time[datetime]')) {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.valueOf())) {
    time.title = `${locale.format(at)} here`;
  }
}

const typing = (target) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/u.test(target.tagName));

const rows = () => [...document.querySelectorAll('main tbody tr')].filter((row) => row.querySelector('a[href]'));

const step = (by) => {
  const all = rows();
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(all.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
  next?.querySelector('a[href]')?.focus();
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
      setTimeout(() => { going = false; }, 1500);
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
      break;
  }
});
