/** Signing in: on this machine by choosing a worker, elsewhere at the identity provider. */

import {
  Alert,
  Avatar,
  Button,
  Center,
  Loader,
  NativeSelect,
  Paper,
  Stack,
  Text,
  TextInput,
  Title,
  UnstyledButton,
} from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Api, type LocalWorker } from "../session/api.ts";
import type { DeskConfig } from "../session/config.ts";
import { isRole, ROLES, type Role, type SignedOut, signedIn } from "../session/session.ts";
import { initials } from "./format.ts";
import css from "./SignIn.module.css";

// Who signs in on this machine need not load it.
const OidcSignIn = lazy(async () => ({ default: (await import("./OidcSignIn.tsx")).OidcSignIn }));

interface Props {
  config: DeskConfig;
  why: SignedOut;
}

export function SignIn({ config, why }: Props) {
  const { t } = useTranslation();
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder shadow="md" radius="lg" p="xl" w="100%" maw={420}>
        <Stack>
          <img src="favicon.svg" alt="" width={40} height={40} />
          {why && (
            <Alert color="orange" variant="light">
              {t(`signIn.${why}`)}
            </Alert>
          )}
          <Title order={1} size="h2">
            {t(config.sign_in.kind === "oidc" ? "signIn.titleProvider" : "signIn.title")}
          </Title>
          {config.sign_in.kind === "oidc" ? (
            <Suspense fallback={<Loader mx="auto" />}>
              <OidcSignIn api={new Api(config.api_url, null)} settings={config.sign_in} />
            </Suspense>
          ) : (
            <LocalSignIn api={new Api(config.api_url, null)} />
          )}
        </Stack>
      </Paper>
    </Center>
  );
}

/** A worker's own role, where the attribute `role` names one. */
function ownRole({ attributes }: LocalWorker): Role {
  return isRole(attributes?.role) ? attributes.role : "agent";
}

function LocalSignIn({ api }: { api: Api }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [role, setRole] = useState<Role | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const workers = useQuery({ queryKey: ["dev-workers"], queryFn: () => api.localWorkers(), retry: 2 });
  const fits = (workers.data ?? []).filter(({ friendly_name }) =>
    friendly_name.toLowerCase().includes(typed.trim().toLowerCase()),
  );
  const signIn = async (worker: LocalWorker) => {
    try {
      signedIn((await api.localSignIn(worker.sid, role ?? ownRole(worker))).token);
    } catch (error) {
      setFailure(String(error));
    }
  };
  const problem = failure ?? (workers.isError ? String(workers.error) : null);
  return (
    <>
      <Text c="dimmed" size="sm">
        {t("signIn.hint")}
      </Text>
      {problem !== null && (
        <Alert color="red" variant="light">
          {t("signIn.failed", { why: problem })}
          <Button size="compact-sm" variant="default" mt="xs" onClick={() => void workers.refetch()}>
            {t("signIn.retry")}
          </Button>
        </Alert>
      )}
      {workers.isPending && <Loader mx="auto" />}
      {(workers.data?.length ?? 0) > 8 && (
        <TextInput
          aria-label={t("signIn.search")}
          placeholder={t("signIn.search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      <NativeSelect
        label={t("signIn.role")}
        value={role ?? ""}
        onChange={({ currentTarget: { value } }) => setRole(isRole(value) ? value : null)}
        data={[
          { value: "", label: t("signIn.ownRole") },
          ...ROLES.map((value) => ({ value, label: t(`roles.${value}`) })),
        ]}
      />
      <ul className={css.workers}>
        {fits.slice(0, 50).map((worker) => (
          <li key={worker.sid}>
            <UnstyledButton className={css.worker} onClick={() => void signIn(worker)}>
              <Avatar size="sm" radius="xl" color="initials" name={worker.friendly_name}>
                {initials(worker.friendly_name)}
              </Avatar>
              {worker.friendly_name}
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {workers.isSuccess && fits.length === 0 && <Text c="dimmed">{t("signIn.none")}</Text>}
    </>
  );
}
