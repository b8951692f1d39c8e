/** Says that the page failed, where otherwise an empty one would be left. */

import { Component } from "react";
import { Card } from "./Card.jsx";

/** @extends {Component<{ children: import("react").ReactNode }, { hasFailed: boolean }>} */
export class FaultBoundary extends Component {
  state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true }; // React has written the error to the console
  }

  render() {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <Card title="The page failed">
        <p role="alert">Nothing that was sent is lost. Reload the page to go on.</p>
        <button type="button" className="primary" onClick={() => window.location.reload()}>
          Reload
        </button>
      </Card>
    );
  }
}
