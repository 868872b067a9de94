/** What every section has around it: the header, the connection, the notices, the keys that hold everywhere. */

import { Center, Loader } from "@mantine/core";
import { lazy, Suspense, useMemo, useState } from "react";
import type { Role } from "../session/session.ts";
import { useAlerts } from "./alerts.ts";
import { DeskPage } from "./DeskPage.tsx";
import { ConnectionBar, Header } from "./Header.tsx";
import { HelpDialog } from "./HelpDialog.tsx";
import { Notices } from "./Notices.tsx";
import { PhoneBar } from "./phone/PhoneBar.tsx";
import css from "./Shell.module.css";
import { ContactView } from "./search/ContactView.tsx";
import { useOpenSearch } from "./search/open.ts";
import { SearchDialog } from "./search/SearchDialog.tsx";
import { useSection } from "./sections.ts";
import { useShortcuts } from "./shortcuts.ts";

// Agents need not load what they may not open.
const FloorPage = lazy(async () => ({ default: (await import("./floor/FloorPage.tsx")).FloorPage }));
const AdminPage = lazy(async () => ({ default: (await import("./admin/AdminPage.tsx")).AdminPage }));

export function Shell({ role }: { role: Role }) {
  const section = useSection(role);
  const [open, setOpen] = useState<"activity" | "help" | "phone" | null>(null);
  const search = useOpenSearch((search) => search.open);
  const run = useMemo(
    () => ({
      activity: () => setOpen("activity"),
      help: () => setOpen("help"),
      dial: () => setOpen("phone"),
      search,
    }),
    [search],
  );
  useShortcuts(run);
  useAlerts();
  return (
    <div className={css.page}>
      <Header
        role={role}
        section={section}
        activityOpen={open === "activity"}
        setActivityOpen={(isOpen) => setOpen(isOpen ? "activity" : null)}
        phoneOpen={open === "phone"}
        setPhoneOpen={(isOpen) => setOpen(isOpen ? "phone" : null)}
        showHelp={() => setOpen("help")}
      />
      <ConnectionBar />
      <PhoneBar />
      <Suspense
        fallback={
          <Center flex={1}>
            <Loader />
          </Center>
        }
      >
        {section === "desk" && <DeskPage />}
        {section === "floor" && <FloorPage />}
        {section === "admin" && <AdminPage />}
      </Suspense>
      <HelpDialog opened={open === "help"} close={() => setOpen(null)} />
      <SearchDialog />
      <ContactView />
      <Notices />
    </div>
  );
}
