// Times as Slack and LearnUpon write them, in the reader's own zone.

const format = (options) => new Intl.DateTimeFormat(undefined, options);
const time = format({ hour: "numeric", minute: "2-digit" });
const seconds = format({ hour: "numeric", minute: "2-digit", second: "2-digit" });
const dateShort = format({ month: "short", day: "numeric", year: "numeric" });
const dateLong = format({ weekday: "long", month: "long", day: "numeric", year: "numeric" });
const date = format({ month: "long", day: "numeric", year: "numeric" });
const dateDigits = format({ year: "numeric", month: "2-digit", day: "2-digit" });
const weekday = format({ weekday: "long", month: "long", day: "numeric" });
const stamp = format({ month: "short", day: "numeric", year: "numeric", hour: "numeric", minute: "2-digit" });

/** ofTS is the moment of a Slack ts ("seconds.micros"). */
export const ofTS = (ts) => new Date(parseFloat(ts) * 1000);
export const clockTime = (at) => time.format(at);
export const fullTime = (at) => stamp.format(new Date(at));
export const day = (at) => dateShort.format(new Date(at));

/** dayName heads a day in a conversation. */
export const dayName = (at) => pretty(at, weekday);

/** slackDate writes a moment by Slack's date tokens: {date_short} at {time}. Unknown tokens stay. */
export function slackDate(unix, pattern) {
  const at = new Date(unix * 1000);
  const tokens = {
    date_num: () => dateDigits.format(at), date_slash: () => dateDigits.format(at),
    date: () => date.format(at), date_short: () => dateShort.format(at), date_long: () => dateLong.format(at),
    date_pretty: () => pretty(at, date), date_short_pretty: () => pretty(at, dateShort),
    date_long_pretty: () => pretty(at, dateLong), day_divider_pretty: () => pretty(at, weekday),
    time: () => time.format(at), time_secs: () => seconds.format(at), ago: () => ago(at),
  };
  return pattern.replace(/\{([a-z_]+)\}/g, (whole, token) => (Object.hasOwn(tokens, token) ? tokens[token]() : whole));
}

function pretty(at, otherwise) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86400000);
  return { "0": "Today", "1": "Yesterday", "-1": "Tomorrow" }[days] || otherwise.format(at);
}

/** ago is a distance in the largest fitting unit: "3 days ago", "in 2 hours". */
export function ago(at) {
  const distance = (new Date(at) - Date.now()) / 1000;
  const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  const units = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
  const unit = units.find(([, length]) => Math.abs(distance) >= length);
  return unit ? relative.format(Math.round(distance / unit[1]), unit[0]) : "just now";
}
