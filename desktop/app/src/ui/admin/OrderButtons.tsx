/** Moves an entry of a list up and down, and takes it out. */

import { ActionIcon, Group } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

interface Props {
  name: string;
  at: number;
  count: number;
  move: (by: 1 | -1) => void;
  remove: () => void;
}

export function OrderButtons({ name, at, count, move, remove }: Props) {
  const { t } = useTranslation();
  const button = (label: string, icon: React.ReactNode, act: () => void, disabled = false) => (
    <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={disabled} onClick={act}>
      {icon}
    </ActionIcon>
  );
  return (
    <Group gap={2} mt={24} wrap="nowrap">
      {button(t("admin.moveUp", { name }), <IconArrowUp size={16} aria-hidden />, () => move(-1), at === 0)}
      {button(
        t("admin.moveDown", { name }),
        <IconArrowDown size={16} aria-hidden />,
        () => move(1),
        at === count - 1,
      )}
      {button(t("contact.remove", { name }), <IconTrash size={16} aria-hidden />, remove)}
    </Group>
  );
}
