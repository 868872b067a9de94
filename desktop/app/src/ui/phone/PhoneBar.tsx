/** Says of the agent's telephone what they have to know now: that it rings, that nobody can call it, why. */

import { Alert, Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import type { Line } from "../../phone/machine.ts";
import { usePhone } from "../context.ts";
import { ariaKeys, useShortcuts } from "../shortcuts.ts";

export function PhoneBar() {
  const phone = usePhone();
  const line = useStore(phone.store, ({ line }) => line);
  const call = useStore(phone.store, ({ call }) => call);
  if (call?.phase === "ringing") return <Ringing from={call.from} />;
  if (line.at === "unregistered" || line.at === "failed" || line.at === "reconnecting")
    return <Unreachable line={line} />;
  return null;
}

function Ringing({ from }: { from: string | null }) {
  const { t } = useTranslation();
  const phone = usePhone();
  useShortcuts({ answer: () => phone.take() });
  return (
    <Alert color="indigo" variant="light" radius={0} py={6} role="alert">
      <Group gap="sm">
        <Text size="sm" fw={600}>
          {from ? t("phone.callFrom", { from }) : t("phone.rings")}
        </Text>
        <Button size="compact-sm" onClick={() => phone.take()} aria-keyshortcuts={ariaKeys("answer")}>
          {t("phone.take")}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => phone.hangUp()}>
          {t("offer.decline")}
        </Button>
      </Group>
    </Alert>
  );
}

function Unreachable({ line }: { line: Line }) {
  const { t } = useTranslation();
  const phone = usePhone();
  const isFailed = line.at === "failed";
  return (
    <Alert
      color={isFailed ? "red" : "orange"}
      variant="light"
      radius={0}
      py={6}
      role={isFailed ? "alert" : "status"}
    >
      <Group gap="sm">
        <Text size="sm">{useLineText(line)}</Text>
        {line.at !== "reconnecting" && (
          <Button size="compact-sm" variant="default" onClick={() => phone.takeUp()}>
            {t(isFailed ? "signIn.retry" : "phone.takeUp")}
          </Button>
        )}
      </Group>
    </Alert>
  );
}

/** How the telephone stands, in words. */
export function useLineText(line: Line): string {
  const { t } = useTranslation();
  if (line.at !== "failed") return t(`phone.line.${line.at}`);
  const why = t(`phone.problem.${line.why}`);
  return line.message ? `${why} (${line.message})` : why;
}
