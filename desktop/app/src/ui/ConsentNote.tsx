/** Says that the customer does not want to be written to on a channel, before the agent has written. */

import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ChannelKind, Contact } from "../protocol/generated.ts";

export function ConsentNote({ contact, channel }: { contact: Contact | undefined; channel: ChannelKind }) {
  const { t } = useTranslation();
  if (contact?.consent?.[channel] !== "opted_out") return null;
  return (
    <Alert color="orange" variant="light" py={6} mb={6}>
      {t("composer.optedOut")}
    </Alert>
  );
}
