/** Signing in at the identity provider, and coming back from it. */

import { Alert, Button, Loader, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Api } from "../session/api.ts";
import { comeBack, isBack, leave, type OidcSignIn as Settings } from "../session/oidc.ts";
import { signedIn } from "../session/session.ts";

interface Props {
  api: Api;
  settings: Settings;
}

/** A code is good once: coming back is done once, however often the page is drawn. */
let coming: Promise<void> | null = null;

export function OidcSignIn({ api, settings }: Props) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(isBack);
  const [failure, setFailure] = useState<string | null>(null);
  const fail = (error: unknown) => {
    setFailure(error instanceof Error ? error.message : String(error));
    setBusy(false);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page comes back
  useEffect(() => {
    if (!isBack() && coming === null) return;
    coming ??= comeBack(settings).then(async (id_token) => signedIn((await api.signIn(id_token)).token));
    coming.catch(fail);
  }, []);
  return (
    <>
      <Text c="dimmed" size="sm">
        {t("signIn.provider", { name: new URL(settings.issuer).host })}
      </Text>
      {failure !== null && (
        <Alert color="red" variant="light" role="alert">
          {t("signIn.failed", { why: failure })}
        </Alert>
      )}
      {busy ? (
        <Loader mx="auto" />
      ) : (
        <Button
          onClick={() => {
            setBusy(true);
            leave(settings).catch(fail);
          }}
        >
          {t("signIn.go")}
        </Button>
      )}
    </>
  );
}
