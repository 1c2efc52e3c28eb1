// The markdown block: the subset of Markdown that Slack draws there. Raw HTML is text.

import { h, webLink } from "./dom.js";
import { emoji } from "./emoji.js";

/** markdown draws a text as a list of block elements. */
export function markdown(text) {
  const lines = String(text ?? "").replaceAll("\r\n", "\n").split("\n");
  const nodes = [];
  while (lines.length) nodes.push(...block(lines));
  return nodes;
}

const item = /^(\s*)(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;

/** block takes the next block off lines and draws it. */
function block(lines) {
  const line = lines.shift();
  if (!line.trim()) return [];
  const heading = line.match(/^(#{1,6})\s+(.*?)\s*#*$/);
  if (heading) return [h(`h${Math.min(heading[1].length + 2, 6)}`, { class: "md-heading" }, inline(heading[2]))];
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return [h("hr")];
  if (line.startsWith("```")) {
    const code = take(lines, (next) => !next.startsWith("```"));
    lines.shift();
    return [h("pre", null, code.join("\n"))];
  }
  if (/^>/.test(line)) {
    const quoted = [line, ...take(lines, (next) => /^>/.test(next))].map((each) => each.replace(/^> ?/, ""));
    return [h("blockquote", null, markdown(quoted.join("\n")))];
  }
  const first = line.match(item);
  if (first) {
    const items = [line, ...take(lines, (next) => item.test(next))].map((each) => each.match(item));
    const tag = first[2] ? "ol" : "ul";
    return [h(tag, { start: first[2] }, items.map((each) => h("li", { class: `indent-${Math.min(Math.floor(each[1].length / 2), 4)}` }, task(each[3]))))];
  }
  const rest = take(lines, (next) => next.trim() && !/^(#{1,6}\s|>|```)/.test(next) && !item.test(next));
  return [h("p", null, [line, ...rest].flatMap((each, i) => [i ? h("br") : null, ...inline(each)]))];
}

function take(lines, wanted) {
  const taken = [];
  while (lines.length && wanted(lines[0])) taken.push(lines.shift());
  return taken;
}

function task(text) {
  const found = text.match(/^\[([ xX])\]\s+(.*)$/);
  return found ? [found[1] === " " ? "☐ " : "☑ ", ...inline(found[2])] : inline(text);
}

// Each alternative is one inline construct; what none of them takes is text.
const constructs = /(`+)(.+?)\1|\[([^\]\n]+)\]\(((?:[^\s()]|\([^\s()]*\))+)\)|\*\*(\S(?:.*?\S)?)\*\*|__(\S(?:.*?\S)?)__|~~(\S(?:.*?\S)?)~~|\*(\S(?:[^*]*?\S)?)\*|(?<![\p{L}\p{N}])_(\S(?:[^_]*?\S)?)_(?![\p{L}\p{N}])|:([a-z0-9_+-]+):|\\([\\`*_{}[\]()#+.!>~|-])|(https?:\/\/[^\s<>"')]+)/gu;

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(constructs)) {
    const [whole, , code, label, url, bold, bold2, struck, italic, italic2, name, escaped, bare] = found;
    let node = escaped;
    if (code) node = h("code", null, code);
    else if (label) node = webLink(url, label);
    else if (bold || bold2) node = h("strong", null, inline(bold || bold2));
    else if (struck) node = h("s", null, inline(struck));
    else if (italic || italic2) node = h("em", null, inline(italic || italic2));
    else if (name) node = emoji(name) || whole;
    else if (bare) node = webLink(bare);
    nodes.push(text.slice(end, found.index), node);
    end = found.index + whole.length;
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== "");
}
