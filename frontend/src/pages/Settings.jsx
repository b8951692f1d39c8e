/** What a person decides for themselves: time zone, look, apps, their data, and leaving. */

import { Card } from "../components/Card.jsx";
import { DeleteAccount } from "../components/DeleteAccount.jsx";
import { ExportData } from "../components/ExportData.jsx";
import { Link } from "../components/Link.jsx";
import { ThemeChoice } from "../components/ThemeChoice.jsx";
import { TimeZone } from "../components/TimeZone.jsx";
import { useApiClient } from "../hooks/useApiClient.js";

export function Settings() {
  const api = useApiClient();
  return (
    <Card title="Settings">
      <section className="setting">
        <h2>Time zone</h2>
        <TimeZone api={api} />
      </section>
      <section className="setting">
        <h2>Look</h2>
        <ThemeChoice />
      </section>
      <section className="setting">
        <h2>Apps</h2>
        <p>
          <Link to="/apps">See and disconnect the apps that you let in</Link>
        </p>
      </section>
      <section className="setting">
        <h2>Your data</h2>
        <ExportData api={api} />
      </section>
      <section className="setting">
        <h2>Delete your account</h2>
        <DeleteAccount api={api} />
      </section>
      <p className="aside">
        <Link to="/">Back to your tasks</Link>
      </p>
    </Card>
  );
}
