/** The frame of every page but the chat: the mark, one heading, and what there is to do. */

import { useTitle } from "../hooks/useTitle.js";
import { Logo } from "./Logo.jsx";

/** @param {{ title: string, children?: import("react").ReactNode }} props */
export function Card({ title, children }) {
  useTitle(title);
  return (
    <main className="card-page">
      <Logo />
      <section className="card">
        <h1>{title}</h1>
        {children}
      </section>
    </main>
  );
}
