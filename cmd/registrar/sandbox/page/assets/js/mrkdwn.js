// Slack's own markup, mrkdwn, and its text objects, drawn as nodes.

import { h, webLink } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";
import { slackDate } from "./clock.js";
import { nameOf, channelName } from "./state.js";

/** textObject draws {type: "plain_text" | "mrkdwn", text}. */
export function textObject(object) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, object.verbatim);
  return plain(object.text, object.emoji !== false);
}

/** plain draws text as it is, with line breaks and, if wanted, emoji short names. */
export function plain(text, shortNames = true) {
  return String(text ?? "").split("\n").flatMap((line, i) => [i ? h("br") : null, ...(shortNames ? withEmoji(line) : [line])]).filter((node) => node !== null && node !== "");
}

/** mrkdwn draws a text with Slack's markup. verbatim: bare addresses are not made links. */
export function mrkdwn(text, verbatim = false) {
  const nodes = [];
  String(text ?? "").split(/```([\s\S]+?)```/).forEach((part, i) => {
    if (i % 2) nodes.push(h("pre", null, decode(part.replace(/^\n|\n$/g, ""))));
    else nodes.push(...quotes(part, verbatim));
  });
  return nodes;
}

function quotes(text, verbatim) {
  const nodes = [];
  let quote = null;
  text.split("\n").forEach((line, i, all) => {
    const quoted = line.match(/^(?:&gt;|>) ?(.*)$/);
    if (quoted) {
      if (quote) quote.append(h("br"));
      else nodes.push(quote = h("blockquote"));
      quote.append(...inline(quoted[1], verbatim));
      return;
    }
    const afterQuote = quote !== null;
    quote = null;
    if (i && !afterQuote) nodes.push(h("br"));
    if (!(line === "" && afterQuote && i === all.length - 1)) nodes.push(...inline(line, verbatim));
  });
  return nodes;
}

const emphasis = { "*": "strong", _: "em", "~": "s" };
const word = /[\p{L}\p{N}]/u;

function inline(text, verbatim) {
  const nodes = [];
  let run = "";
  const flush = () => {
    if (run) nodes.push(...(verbatim ? [decode(run)] : autolink(decode(run))));
    run = "";
  };
  for (let i = 0; i < text.length;) {
    const found = code(text, i) || angle(text, i) || emphasised(text, i, verbatim) || named(text, i);
    if (found) {
      flush();
      nodes.push(found.node);
      i = found.end;
    } else {
      run += text[i++];
    }
  }
  flush();
  return nodes;
}

function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function code(text, at) {
  const found = match(/`([^`\n]+)`/y, text, at);
  return found && { node: h("code", null, decode(found[1])), end: at + found[0].length };
}

function named(text, at) {
  const found = match(/:([a-z0-9_+'-]+):/y, text, at);
  const node = found && emoji(found[1]);
  return node && { node, end: at + found[0].length };
}

/** emphasised finds *bold*, _italic_, ~struck~; the marks must stand at the edges of words. */
function emphasised(text, at, verbatim) {
  const mark = text[at];
  const tag = Object.hasOwn(emphasis, mark) && emphasis[mark];
  if (!tag || (at && word.test(text[at - 1])) || /\s/.test(text[at + 1] ?? " ") || text[at + 1] === mark) return null;
  for (let end = text.indexOf(mark, at + 1); end > 0; end = text.indexOf(mark, end + 1)) {
    if (!/\s/.test(text[end - 1]) && !word.test(text[end + 1] ?? " ")) {
      return { node: h(tag, null, inline(text.slice(at + 1, end), verbatim)), end: end + 1 };
    }
  }
  return null;
}

/** angle finds <…>: links, people, channels, dates. Whatever else stands in brackets is text. */
function angle(text, at) {
  const found = match(/<([^<>\n]+)>/y, text, at);
  if (!found) return null;
  const bar = found[1].indexOf("|");
  const target = bar < 0 ? found[1] : found[1].slice(0, bar);
  const label = bar < 0 ? "" : decode(found[1].slice(bar + 1));
  const node = special(target, label);
  return node && { node, end: at + found[0].length };
}

function special(target, label) {
  if (/^@[UW][A-Z0-9]+$/.test(target)) return mention(nameOf(target.slice(1)) || label || target.slice(1));
  if (/^#C[A-Z0-9]+$/.test(target)) return h("span", { class: "mention" }, "#" + (label || channelName(target.slice(1))));
  if (/^!(here|channel|everyone)$/.test(target)) return h("span", { class: "mention loud" }, "@" + target.slice(1));
  if (target.startsWith("!subteam^")) return mention((label || nameOf(target.slice(9)) || "group").replace(/^@/, ""));
  if (target.startsWith("!date^")) {
    const [, unix, pattern, url] = target.split("^");
    return dateNode(Number(unix), decode(pattern ?? ""), url && decode(url), label);
  }
  if (/^(https?:|mailto:|tel:)/i.test(target)) return webLink(decode(target), label || decode(target).replace(/^(mailto|tel):/i, ""));
  return null;
}

/** mention draws @name of a person or a group. */
export const mention = (name) => h("span", { class: "mention" }, h("bdi", null, "@" + name));

/** dateNode draws a moment by Slack's date tokens, or the fallback where it cannot. */
export function dateNode(unix, pattern, url, fallback) {
  if (!Number.isFinite(unix) || !pattern) return h("bdi", null, fallback || "");
  const at = h("time", { datetime: new Date(unix * 1000).toISOString(), title: fallback }, slackDate(unix, pattern));
  return url ? webLink(url, at) : at;
}

/** autolink makes links of the bare web addresses in a text. */
export function autolink(text) {
  return text.split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/).map((part, i) => (i % 2 ? webLink(part) : part)).filter(Boolean);
}

/** decode undoes the three escapes Slack uses. */
export function decode(text) {
  return text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);
}
