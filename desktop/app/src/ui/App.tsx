/** Everything around the desk: theme, queries, the session. */

import {
  Alert,
  Button,
  Center,
  createTheme,
  DirectionProvider,
  Loader,
  MantineProvider,
} from "@mantine/core";
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { Component, type ReactNode, useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Desk } from "../desk/desk.ts";
import { useSettings } from "../desk/settings.ts";
import { browserWorld } from "../phone/browser.ts";
import { Microphone } from "../phone/microphone.ts";
import { Softphone } from "../phone/softphone.ts";
import { Api } from "../session/api.ts";
import { type DeskConfig, loadConfig, socketUrl } from "../session/config.ts";
import { type Session, signedOut, useSession } from "../session/session.ts";
import { browserSurroundings } from "../socket/browser.ts";
import { Context } from "./context.ts";
import { Shell } from "./Shell.tsx";
import { SignIn } from "./SignIn.tsx";

const theme = createTheme({
  respectReducedMotion: true,
  primaryColor: "indigo",
  defaultRadius: "md",
  fontFamily:
    'system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK JP", "Noto Sans Arabic", sans-serif',
});
const queries = new QueryClient({ defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false } } });

export function App() {
  // The theme's variables and the classes are in the page's own style sheet: the policy allows no style elements.
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <DirectionProvider>
        <QueryClientProvider client={queries}>
          <Boundary>
            <Configured />
          </Boundary>
        </QueryClientProvider>
      </DirectionProvider>
    </MantineProvider>
  );
}

function Configured() {
  const { t } = useTranslation();
  const { session, why } = useSession();
  const config = useQuery({ queryKey: ["config"], queryFn: loadConfig, staleTime: Number.POSITIVE_INFINITY });
  if (config.isError) {
    return (
      <Center mih="100dvh">
        <Alert color="red">
          {t("signIn.failed", { why: String(config.error) })}{" "}
          <Button size="compact-sm" variant="default" onClick={() => void config.refetch()}>
            {t("signIn.retry")}
          </Button>
        </Alert>
      </Center>
    );
  }
  if (!config.data) {
    return (
      <Center mih="100dvh">
        <Loader />
      </Center>
    );
  }
  return session ? (
    <SignedIn key={session.token} config={config.data} session={session} />
  ) : (
    <SignIn config={config.data} why={why} />
  );
}

function SignedIn({ config, session }: { config: DeskConfig; session: Session }) {
  const context = useMemo(() => {
    const api = new Api(config.api_url, session.token);
    const desk = new Desk(browserSurroundings(socketUrl(config), session.token, () => api.isBelieved()));
    // A call that nobody here has asked for rings.
    const expectsCall = () => {
      const expects = useSettings.getState().takes && desk.calls.expects();
      if (expects) desk.calls.came();
      return expects;
    };
    const phone = new Softphone(browserWorld(api, expectsCall));
    const microphone = new Microphone(desk.store, phone, (task_sid, on) => desk.calls.mute(task_sid, on));
    return { api, desk, phone, microphone };
  }, [config, session]);
  useEffect(() => {
    const { desk, phone, microphone } = context;
    const unfollow = microphone.follow();
    desk.start();
    phone.start();
    const retry = () => desk.retryNow();
    window.addEventListener("online", retry);
    const unsubscribe = desk.store.subscribe(({ connection }) => {
      if (connection.phase === "signed_out" && connection.why !== "asked") {
        queries.clear();
        signedOut(connection.why);
      }
    });
    return () => {
      window.removeEventListener("online", retry);
      unsubscribe();
      unfollow();
      phone.end();
      desk.end();
      queries.clear();
    };
  }, [context]);
  return (
    <Context value={context}>
      <Shell role={session.role} />
    </Context>
  );
}

/** Something unexpected: the page says so instead of going blank. */
class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <Failed /> : this.props.children;
  }
}

function Failed() {
  const { t } = useTranslation();
  return (
    <Center mih="100dvh">
      <Alert color="red" title={t("error.title")}>
        {t("error.hint")}{" "}
        <Button size="compact-sm" variant="default" onClick={() => location.reload()}>
          {t("error.reload")}
        </Button>
      </Alert>
    </Center>
  );
}
