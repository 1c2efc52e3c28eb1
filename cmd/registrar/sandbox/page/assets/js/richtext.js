// The rich_text block. Its texts are values, never markup.

import { h, webLink } from "./dom.js";
import { emoji } from "./emoji.js";
import { dateNode, mention } from "./mrkdwn.js";
import { channelName, nameOf } from "./state.js";

/** richText draws a rich_text block. */
export function richText(block) {
  return h("div", { class: "rich" }, (block.elements || []).map(container));
}

function container(element) {
  const border = element.border ? " bordered" : "";
  switch (element.type) {
    case "rich_text_section":
      return h("div", { class: "rich-section" }, inlines(element));
    case "rich_text_quote":
      return h("blockquote", { class: border }, inlines(element));
    case "rich_text_preformatted":
      return h("pre", { class: border }, inlines(element));
    case "rich_text_list":
      return h(element.style === "ordered" ? "ol" : "ul", {
        class: `rich-list indent-${Math.min(element.indent || 0, 8)}${border}`,
        start: element.style === "ordered" ? (element.offset || 0) + 1 : undefined,
      }, (element.elements || []).map((each) => h("li", null, inlines(each))));
    default:
      return h("div", { class: "unknown" }, `Slack element ${element.type}`);
  }
}

const inlines = (element) => (element.elements || []).map((each) => styled(inline(each), each.style));

function inline(element) {
  switch (element.type) {
    case "text":
      return String(element.text ?? "").split("\n").flatMap((line, i) => [i ? h("br") : null, line]);
    case "link":
      return webLink(element.url, element.text || element.url);
    case "emoji":
      return emoji(element.name, element.unicode) || `:${element.name}:`;
    case "user":
      return mention(nameOf(element.user_id) || element.user_id);
    case "usergroup":
      return mention(nameOf(element.usergroup_id) || "group");
    case "channel":
      return h("span", { class: "mention" }, "#" + channelName(element.channel_id));
    case "broadcast":
      return h("span", { class: "mention loud" }, "@" + element.range);
    case "date":
      return dateNode(element.timestamp, element.format, element.url, element.fallback);
    case "color":
      return h("code", null, element.value);
    default:
      return `[${element.type}]`;
  }
}

function styled(content, style) {
  let node = content;
  if (style?.code) node = h("code", null, node);
  if (style?.bold) node = h("strong", null, node);
  if (style?.italic) node = h("em", null, node);
  if (style?.strike) node = h("s", null, node);
  if (style?.underline) node = h("u", null, node);
  return node === content ? h("bdi", null, content) : node;
}
