/** Starts the page: asks what this deployment is, and shows what is wrong with it before anything else. */

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.jsx";
import { Card } from "./components/Card.jsx";
import { FaultBoundary } from "./components/FaultBoundary.jsx";
import { loadConfig } from "./config/runtime.js";
import { ConfigProvider } from "./contexts/ConfigContext.jsx";
import { SessionProvider } from "./contexts/SessionContext.jsx";
import { ThemeProvider } from "./contexts/ThemeContext.jsx";
import { recallTheme, showTheme } from "./utils/theme.js";
import "./styles/tokens.css";
import "./styles/page.css";
import "./styles/cards.css";
import "./styles/chat.css";
import "./styles/tasks.css";

showTheme(recallTheme()); // before anything is drawn
const root = createRoot(/** @type {HTMLElement} */ (document.getElementById("root")));
root.render(<StrictMode>{await firstView()}</StrictMode>);

async function firstView() {
  try {
    const { config, faults } = await loadConfig();
    return faults.length > 0 ? <Faults faults={faults} /> : <Started config={config} />;
  } catch {
    return (
      <Card title="The page cannot reach its server">
        <p>Check your connection, then reload the page.</p>
      </Card>
    );
  }
}

/** @param {{ config: import("./config/runtime.js").RuntimeConfig }} props */
function Started({ config }) {
  return (
    <FaultBoundary>
      <ConfigProvider value={config}>
        <SessionProvider>
          <ThemeProvider>
            <App />
          </ThemeProvider>
        </SessionProvider>
      </ConfigProvider>
    </FaultBoundary>
  );
}

/** @param {{ faults: string[] }} props */
function Faults({ faults }) {
  return (
    <Card title="Remit is not set up">
      <ul>
        {faults.map((fault) => (
          <li key={fault}>{fault}</li>
        ))}
      </ul>
    </Card>
  );
}
