/** How days and times are written: in English like the rest of the page, and as the server's cards write them. */

/** A due date is local: it has no zone to convert from. @param {string} due `2026-11-25` or `2026-11-25T15:00` */
export function dueOf(due) {
  const [date, time] = due.split("T");
  const day = dayOf(new Date(`${date}T00:00`));
  return time ? `${day} ${time.slice(0, "15:00".length)}` : day;
}

/** `Wed 25 Nov`, with the year where it is not this one. @param {Date} day @param {Date} [now] */
export function dayOf(day, now = new Date()) {
  const part = (/** @type {Intl.DateTimeFormatOptions} */ options) => day.toLocaleDateString("en-US", options);
  const words = `${part({ weekday: "short" })} ${day.getDate()} ${part({ month: "short" })}`;
  return day.getFullYear() === now.getFullYear() ? words : `${words} ${day.getFullYear()}`;
}

/** @param {string} timeZone @returns {string} the time that it is there, `15:04` */
export function timeIn(timeZone) {
  return new Date().toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
}
