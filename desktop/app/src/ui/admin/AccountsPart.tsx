/** The channels' accounts: whether their providers know them, and what went wrong lately. */

import { Badge, Button, Group, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAdminApi, useAdminQuery } from "../../admin/api.ts";
import type { Account } from "../../admin/types.ts";
import { ChannelIcon } from "../ChannelIcon.tsx";
import { shortDate } from "../format.ts";
import css from "./AdminPage.module.css";

export function AccountsPart() {
  const { t } = useTranslation();
  const accounts = useAdminQuery(["accounts"], (api) => api.accounts());
  const problems = useAdminQuery(["problems"], (api) => api.problems());
  return (
    <>
      <section className={css.card}>
        <Title order={2} size="h5">
          {t("admin.parts.accounts")}
        </Title>
        <Text size="sm" c="dimmed">
          {t("admin.accountsHint")}
        </Text>
        <ul className={css.list}>
          {accounts.data?.map((account) => (
            <li key={`${account.channel} ${account.account}`}>
              <AccountRow account={account} />
            </li>
          ))}
        </ul>
      </section>
      <section className={css.card}>
        <Group justify="space-between">
          <Title order={2} size="h5">
            {t("admin.problems")}
          </Title>
          <Button size="compact-sm" variant="default" onClick={() => void problems.refetch()}>
            {t("admin.reload")}
          </Button>
        </Group>
        {problems.data?.length === 0 && <Text size="sm">{t("admin.noProblems")}</Text>}
        {problems.data && problems.data.length > 0 && (
          <div className={css.scroll}>
            <Table>
              <Table.Tbody>
                {problems.data.map(({ sid, at, source, reason }) => (
                  <Table.Tr key={sid}>
                    <Table.Td>{shortDate(at)}</Table.Td>
                    <Table.Td>{source}</Table.Td>
                    <Table.Td>
                      <bdi>{reason}</bdi>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
      </section>
    </>
  );
}

function AccountRow({ account }: { account: Account }) {
  const { t } = useTranslation();
  const api = useAdminApi();
  const [found, setFound] = useState<{ name: string | null; problem: string | null } | null>(null);
  const [asked, setAsked] = useState(false);
  const check = async () => {
    setAsked(true);
    const failed = (error: unknown) => ({ name: null, problem: String(error) });
    setFound(await api.checkAccount(account).catch(failed));
    setAsked(false);
  };
  return (
    <Group gap="sm">
      <ChannelIcon channel={account.channel} />
      <Text size="sm" fw={500}>
        {account.channel} · <bdi>{account.account}</bdi>
      </Text>
      <Badge variant="light" color="gray" tt="none">
        {t("admin.flowOf", { name: account.flow })}
      </Badge>
      {account.checked && (
        <Button size="compact-xs" variant="default" loading={asked} onClick={() => void check()}>
          {t("admin.checkAccount", { name: `${account.channel} ${account.account}` })}
        </Button>
      )}
      {found && (
        <Text size="sm" role="status" className={found.problem === null ? undefined : css.fault}>
          <bdi>{found.problem ?? t("admin.knownAs", { name: found.name ?? "" })}</bdi>
        </Text>
      )}
    </Group>
  );
}
