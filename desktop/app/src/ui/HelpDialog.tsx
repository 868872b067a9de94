/** Every key of the desk. */

import { Kbd, Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import css from "./HelpDialog.module.css";
import { type Command, keysOf } from "./shortcuts.ts";

type Name = Command | "choose" | "send" | "newline" | "canned" | "leave";
type Group = "groupOffers" | "groupWrite" | "groupTask" | "groupCall" | "groupDesk";

const GROUPS: [Group, Name[]][] = [
  ["groupOffers", ["accept", "decline", "next", "previous", "choose"]],
  ["groupWrite", ["write", "send", "newline", "canned", "emoji", "attach", "choices", "later", "undo"]],
  ["groupTask", ["wrap", "complete", "transfer", "invite", "handOver", "contact"]],
  ["groupCall", ["answer", "mute", "hold", "keypad", "record", "addToCall", "endCall"]],
  ["groupDesk", ["search", "activity", "dial", "help", "leave"]],
];

/** Keys that belong to fields and dialogs rather than to the desk. */
const OTHER_KEYS: Partial<Record<Name, string[]>> = {
  choose: ["Alt", "1 … 9"],
  send: ["Enter"],
  newline: ["Shift", "Enter"],
  canned: ["/"],
  leave: ["Esc"],
};

export function HelpDialog({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("help.title")}
      size="lg"
      lockScroll={false}
      closeButtonProps={{ "aria-label": t("help.close") }}
    >
      <div className={css.groups}>
        {GROUPS.map(([group, names]) => (
          <section key={group}>
            <h3 className={css.title}>{t(`help.${group}`)}</h3>
            <dl className={css.keys}>
              {names.map((name) => (
                <div key={name}>
                  <dt>{t(`help.${name}`)}</dt>
                  <dd dir="ltr">
                    {(OTHER_KEYS[name] ?? keysOf(name as Command)).map((key) => (
                      <Kbd key={key} size="sm">
                        {key}
                      </Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
