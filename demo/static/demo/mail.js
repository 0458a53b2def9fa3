// Loads an e-mail when it is opened, in a frame as tall as its content. Nothing in the frame runs.
const fit = frame => {
  const page = frame.contentDocument?.documentElement;
  if (page) frame.style.height = `${page.scrollHeight}px`;
};

for (const box of document.querySelectorAll('[data-demo-mail-html]')) {
  const frame = box.querySelector('iframe');
  const show = () => {
    if (!box.open || frame.src) return;
    frame.addEventListener('load', () => fit(frame));
    frame.src = frame.dataset.src;
  };
  box.addEventListener('toggle', show);
  show();
  addEventListener('resize', () => fit(frame));
}
