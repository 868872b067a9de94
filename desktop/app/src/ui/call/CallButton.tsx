/** Calls somebody by one of their numbers. */

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useDesk } from "../context.ts";
import { useDeskSettings } from "../queries.ts";
import { useTried } from "./useCall.ts";

export function CallButton({ number }: { number: string }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const tried = useTried();
  const { voice_accounts } = useDeskSettings();
  if (voice_accounts.length === 0) return null;
  const label = t("call.callNumber", { number });
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        onClick={() => void tried(() => desk.tasks.call({ to: number }))}
      >
        <IconPhone size={15} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
