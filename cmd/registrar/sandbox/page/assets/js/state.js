// What the page knows: the world as the server tells it, and what Slack's own client
// would keep: who is playing, which channel is open, what was read.

const KEY = "registrar-demo";

/** The world: see state.go. Null until the first answer. */
export let world = null;

/** What this tab keeps. `me` is a Slack user id; `open` is the channel per person. */
export const here = {
  me: "", open: {}, thread: "", home: {}, pane: "chat", tab: "learnupon",
  record: null, salesforce: null, mail: "", read: {}, readMail: [], connected: true,
};

const listeners = [];

/** onChange calls draw after every change of the world or of this tab. */
export const onChange = (draw) => listeners.push(draw);

/** change applies an update to `here` and redraws. */
export function change(update) {
  Object.assign(here, update);
  redraw();
}

let drawing = false;

/** redraw draws once, soon, however often it is asked. */
export function redraw() {
  if (drawing || !world) return;
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    listeners.forEach((draw) => draw());
    sessionStorage.setItem(KEY, JSON.stringify({ me: here.me, open: here.open, read: here.read, readMail: here.readMail }));
  });
}

/** start loads the world and follows it. */
export async function start() {
  try {
    Object.assign(here, JSON.parse(sessionStorage.getItem(KEY)) || {});
  } catch { /* a broken note is no note */ }
  const events = new EventSource("events");
  events.onmessage = refresh;
  events.onopen = () => change({ connected: true });
  events.onerror = () => change({ connected: false });
  await refresh();
}

const lists = ["people", "channels", "commands", "shortcuts", "messages", "views", "homes", "portals", "mail", "story"];

let fetching = null;
let again = false;

/** refresh asks for the world; calls during an answer are one more question after it. */
export function refresh() {
  if (fetching) {
    again = true;
    return fetching;
  }
  fetching = load().finally(() => {
    fetching = null;
    if (again) {
      again = false;
      return refresh();
    }
  });
  return fetching;
}

async function load() {
  let next;
  try {
    const response = await fetch("state");
    if (!response.ok) return;
    next = await response.json();
  } catch {
    return; // the event stream reports a lost demo and asks again when it is back
  }
  for (const list of lists) next[list] ??= []; // Go writes an empty list as null
  const first = !world;
  world = next;
  if (!world.people.some((person) => person.id === here.me)) here.me = world.people[0]?.id ?? "";
  if (first && !Object.keys(here.read).length) readEverything();
  redraw();
}

/** act sends one act to the server and returns its answer. The world is fresh when it resolves. */
export async function act(what) {
  let answer;
  try {
    const response = await fetch("act", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ as: here.me, ...what }),
    });
    answer = await response.json();
  } catch {
    answer = { problem: "The demo is not running any more. Start it again and reload this page." };
  }
  await refresh();
  return answer;
}

// People and places.

export const person = (id) => world.people.find((each) => each.id === id);
export const personByKey = (key) => world.people.find((each) => each.key === key);
export const me = () => person(here.me);

/** nameOf is the display name of a user id, or "". */
export function nameOf(id) {
  if (id === world.bot.id) return world.bot.name;
  return person(id)?.name ?? world.names?.[id] ?? "";
}

export const channelName = (id) => world.channels.find((each) => each.id === id)?.name || id;

/** channelsOf lists what a person sees, direct messages last. */
export const channelsOf = (id) =>
  world.channels.filter((channel) => !channel.members?.length || channel.members.includes(id))
    .sort((a, b) => Number(!!a.direct) - Number(!!b.direct));

/** channel is what is open for the person who plays. */
export function channel() {
  const mine = channelsOf(here.me);
  return mine.find((each) => each.id === here.open[here.me]) || mine[0];
}

export const openChannel = (id, who = here.me) =>
  change({ me: who, open: { ...here.open, [who]: id }, home: { ...here.home, [who]: false }, thread: "", pane: "chat" });

// Messages.

const byTime = (a, b) => a.ts.localeCompare(b.ts);

const visibleTo = (message, who) => !message.only || message.only === who;

const isReply = (message) => message.thread && message.thread !== message.ts;

/** messagesIn lists the messages of a channel that stand outside threads. */
export const messagesIn = (id, who = here.me) =>
  world.messages.filter((m) => m.channel === id && !isReply(m) && visibleTo(m, who)).sort(byTime);

/** repliesTo lists the replies in a thread. */
export const repliesTo = (id, ts, who = here.me) =>
  world.messages.filter((m) => m.channel === id && isReply(m) && m.thread === ts && visibleTo(m, who)).sort(byTime);

/** viewsOf is the stack of modals a person has open, the top one last. */
export const viewsOf = (who) => world.views.filter((view) => view.person === who);

export const homeOf = (who) => world.homes.find((home) => home.person === who);

// What was read.

const readKey = (who, id) => `${who} ${id}`;

/** unread counts the messages in a channel that a person has not seen. */
export function unread(who, id) {
  const seen = here.read[readKey(who, id)] || "";
  return messagesIn(id, who).filter((m) => m.user !== who && m.ts > seen).length;
}

/** markRead notes that all there is in a channel was seen by a person, and has the marks drawn again. */
export function markRead(who, id) {
  const last = messagesIn(id, who).at(-1)?.ts;
  if (!last || here.read[readKey(who, id)] === last) return;
  here.read[readKey(who, id)] = last;
  redraw();
}

function readEverything() {
  for (const { id: who } of world.people) for (const { id } of channelsOf(who)) markRead(who, id);
  here.readMail = world.mail.map((mail) => mail.id);
}
