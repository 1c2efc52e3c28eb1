// Emoji short names. Slack knows some 1,800; these are the ones a work tool writes.
// A name that is not here stays as it was typed, colons and all.

import { h } from "./dom.js";
import { badge } from "./icons.js";

const characters = {
  "+1": "👍", "-1": "👎", thumbsup: "👍", thumbsdown: "👎", wave: "👋", tada: "🎉", eyes: "👀", pray: "🙏",
  raised_hand: "✋", ok_hand: "👌", point_right: "👉", point_down: "👇", clap: "👏", muscle: "💪",
  smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔", robot_face: "🤖", sleeping: "😴",
  heart: "❤️", fire: "🔥", sparkles: "✨", star: "⭐", zap: "⚡", bulb: "💡", rocket: "🚀",
  bell: "🔔", no_bell: "🔕", mega: "📣", loudspeaker: "📢", speech_balloon: "💬",
  memo: "📝", pencil: "📝", pencil2: "✏️", page_facing_up: "📄", clipboard: "📋", paperclip: "📎", scroll: "📜",
  file_folder: "📁", card_index: "📇", bar_chart: "📊", chart_with_upwards_trend: "📈", calendar: "📆", date: "📅",
  mailbox: "📫", mailbox_with_mail: "📬", incoming_envelope: "📨", envelope_with_arrow: "📩", inbox_tray: "📥",
  outbox_tray: "📤", package: "📦", mag: "🔍", mag_right: "🔎", link: "🔗", key: "🔑", unlock: "🔓", shield: "🛡️",
  wrench: "🔧", hammer_and_wrench: "🛠️", broom: "🧹", wastebasket: "🗑️", recycle: "♻️", rotating_light: "🚨",
  question: "❓", exclamation: "❗", heavy_exclamation_mark: "❗", bangbang: "‼️", raising_hand: "🙋",
  arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", leftwards_arrow_with_hook: "↩️",
  busts_in_silhouette: "👥", office: "🏢", school: "🏫", mortar_board: "🎓", books: "📚", book: "📖",
  one: "1️⃣", two: "2️⃣", three: "3️⃣", new: "🆕", white_medium_square: "◻️", black_square_button: "🔲",
  alarm_clock: "⏰", watch: "⌚", pause_button: "⏸️", arrow_forward: "▶️", black_square_for_stop: "⏹️",
};

/** emoji draws :name:, or returns null where the name is not known. */
export function emoji(name, unicode) {
  const drawn = badge(name);
  const label = name.replaceAll("_", " ");
  if (drawn) return h("span", { class: "emoji", role: "img", "aria-label": label, title: `:${name}:` }, drawn);
  const characterOf = Object.hasOwn(characters, name) ? characters[name] : fromCodes(unicode);
  return characterOf ? h("span", { class: "emoji", role: "img", "aria-label": label, title: `:${name}:` }, characterOf) : null;
}

/** withEmoji turns the short names in a plain text into emoji and leaves the rest as text. */
export function withEmoji(text) {
  return text.split(/(:[a-z0-9_+'-]+:)/).map((part) =>
    (part.length > 2 && part.startsWith(":") && part.endsWith(":") && emoji(part.slice(1, -1))) || part);
}

function fromCodes(unicode) {
  if (!/^[0-9a-f]{1,6}(-[0-9a-f]{1,6})*$/i.test(unicode || "")) return "";
  const codes = unicode.split("-").map((code) => parseInt(code, 16));
  return codes.every((code) => code <= 0x10ffff) ? String.fromCodePoint(...codes) : "";
}
