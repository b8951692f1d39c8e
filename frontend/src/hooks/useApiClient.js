/** The signed-in person's client of the gateway; another person gets another one. */

import { useMemo } from "react";
import { useConfig } from "../contexts/ConfigContext.jsx";
import { useSession } from "../contexts/SessionContext.jsx";
import { createApiClient } from "../utils/apiClient.js";
import { fetchToken } from "../utils/authClient.js";
import { tellTabs } from "../utils/tabs.js";

export function useApiClient() {
  const { gatewayUrl } = useConfig();
  const { userId, end } = useSession();
  return useMemo(() => {
    const onAnswer = (/** @type {string} */ threadId) => userId && tellTabs({ userId, threadId });
    return createApiClient({ gatewayUrl, userId, fetchToken, onSessionEnded: end, onAnswer });
  }, [gatewayUrl, userId, end]);
}
