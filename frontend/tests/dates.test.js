/** Days and times are written one way, whatever the browser's language. */

import { expect, test } from "@jest/globals";
import { dayOf, dueOf, timeIn } from "../src/utils/dates.js";

const NOW = new Date("2026-11-26T12:00");

test("a day names its year where it is not this one", () => {
  expect(dayOf(new Date("2026-09-04T00:00"), NOW)).toBe("Fri 4 Sep");
  expect(dayOf(new Date("2027-01-01T00:00"), NOW)).toBe("Fri 1 Jan 2027");
});

test("what is due at a time says when", () => {
  const year = new Date().getFullYear();
  const day = dayOf(new Date(year, 10, 27));
  expect(dueOf(`${year}-11-27`)).toBe(day);
  expect(dueOf(`${year}-11-27T15:00`)).toBe(`${day} 15:00`);
});

test("the time elsewhere has 24 hours", () => {
  expect(timeIn("Asia/Tokyo")).toMatch(/^([01]\d|2[0-3]):[0-5]\d$/);
});
