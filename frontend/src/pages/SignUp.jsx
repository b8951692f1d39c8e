/** Create an account; the person is signed in by it. */

import { useRef } from "react";
import { Card } from "../components/Card.jsx";
import { CredentialsForm } from "../components/CredentialsForm.jsx";
import { Field } from "../components/Field.jsx";
import { Link } from "../components/Link.jsx";
import { answerOf, authClient } from "../utils/authClient.js";

const MIN_PASSWORD_LENGTH = 8;

/** As the sign-in service says that there is such an account. */
const EXISTS = /^USER_ALREADY_EXISTS/;

export function SignUp() {
  const create = useCreation();
  return (
    <Card title="Create your account">
      <CredentialsForm action="Create account" onSend={create}>
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

/** Where the answer got lost after the account was made, the next try finds it there: its password then lets the person in. */
function useCreation() {
  const unheard = useRef("");
  return async (/** @type {Record<string, string>} */ { name, email, password }) => {
    const created = await answerOf(authClient.signUp.email({ name, email, password }));
    if (created.error && !created.error.status) unheard.current = email;
    const isTheirs = unheard.current === email && EXISTS.test(created.error?.code ?? "");
    return isTheirs ? authClient.signIn.email({ email, password }) : created;
  };
}
