/** Sign in; on the way from an MCP client the sign-in service then leads on to the consent page. */

import { Card } from "../components/Card.jsx";
import { CredentialsForm } from "../components/CredentialsForm.jsx";
import { Field } from "../components/Field.jsx";
import { Link } from "../components/Link.jsx";
import { useSession } from "../contexts/SessionContext.jsx";
import { authClient } from "../utils/authClient.js";

export function SignIn() {
  const { hasEnded } = useSession();
  return (
    <Card title="Sign in">
      {hasEnded && (
        <p role="status" className="note">
          Your session ended. Sign in again; what you wrote is kept.
        </p>
      )}
      <CredentialsForm action="Sign in" onSend={({ email, password }) => authClient.signIn.email({ email, password })}>
        <Field label="E-mail" name="email" type="email" autoComplete="email" />
        <Field label="Password" name="password" type="password" autoComplete="current-password" />
      </CredentialsForm>
      <p className="aside">
        New here? <Link to={`/sign-up${window.location.search}`}>Create an account</Link>
      </p>
    </Card>
  );
}
