/** Create an account; the person is signed in by it. */

import { Card } from "../components/Card.jsx";
import { CredentialsForm } from "../components/CredentialsForm.jsx";
import { Field } from "../components/Field.jsx";
import { Link } from "../components/Link.jsx";
import { authClient } from "../utils/authClient.js";

const MIN_PASSWORD_LENGTH = 8;

export function SignUp() {
  return (
    <Card title="Create your account">
      <CredentialsForm
        action="Create account"
        onSend={({ name, email, password }) => authClient.signUp.email({ name, email, password })}
      >
        <Field label="Name" name="name" autoComplete="name" maxLength={100} />
        <Field label="E-mail" name="email" type="email" autoComplete="email" />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={MIN_PASSWORD_LENGTH}
          maxLength={128}
          hint={`At least ${MIN_PASSWORD_LENGTH} characters.`}
        />
      </CredentialsForm>
      <p className="aside">
        Have an account? <Link to={`/sign-in${window.location.search}`}>Sign in</Link>
      </p>
    </Card>
  );
}
