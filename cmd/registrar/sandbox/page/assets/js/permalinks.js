// A link to a message, as Slack's "Copy link" makes it, leads to the message here: the
// workspace it names is this page.

import { openChannel, world } from "./state.js";

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !world) return;
  const { hostname, pathname } = new URL(link.href);
  const [, channel, seconds, micros] = pathname.match(/^\/archives\/(\w+)\/p(\d+)(\d{6})$/) || [];
  if (!hostname.endsWith(".slack.com") || !world.channels.some((each) => each.id === channel)) return;
  event.preventDefault();
  show(channel, `${seconds}.${micros}`);
});

/** show opens a channel and leads the eye to one of its messages. */
function show(channel, ts) {
  openChannel(channel);
  requestAnimationFrame(() => {
    const message = document.querySelector(`[data-testid="message"][data-ts="${CSS.escape(ts)}"]`);
    message?.scrollIntoView({ block: "start" });
    message?.classList.add("changed");
  });
}
