/** How a channel's phone looks, and what its customers' addresses are like. */

export interface ChannelLook {
  name: string;
  /** Of the head, and of the text on it. */
  color: string;
  on: string;
  /** Of the customer's own bubbles. */
  mine: string;
  onMine: string;
  mark: string;
}

const WHITE = "#ffffff";
const BLACK = "#101418";

const LOOKS: Readonly<Record<string, ChannelLook>> = {
  whatsapp: { name: "WhatsApp", color: "#075e54", on: WHITE, mine: "#d9fdd3", onMine: BLACK, mark: "W" },
  sms: { name: "SMS", color: "#3c4657", on: WHITE, mine: "#1f6feb", onMine: WHITE, mark: "SMS" },
  voice: {
    name: "Phone number, texts",
    color: "#24344d",
    on: WHITE,
    mine: "#1f6feb",
    onMine: WHITE,
    mark: "☎",
  },
  line: { name: "LINE", color: "#06753a", on: WHITE, mine: "#a8e6a1", onMine: BLACK, mark: "L" },
  messenger: { name: "Messenger", color: "#0a5fd8", on: WHITE, mine: "#0a6cff", onMine: WHITE, mark: "M" },
  instagram: { name: "Instagram", color: "#a3216b", on: WHITE, mine: "#7a3cff", onMine: WHITE, mark: "I" },
  telegram: { name: "Telegram", color: "#1c6ea4", on: WHITE, mine: "#d7f0ff", onMine: BLACK, mark: "T" },
  discord: { name: "Discord", color: "#4149c8", on: WHITE, mine: "#5865f2", onMine: WHITE, mark: "D" },
  google: { name: "Google RCS", color: "#175ac6", on: WHITE, mine: "#175ac6", onMine: WHITE, mark: "G" },
  email: { name: "E-mail", color: "#574b42", on: WHITE, mine: "#f0e6dc", onMine: BLACK, mark: "@" },
  webchat: { name: "Web chat", color: "#2f4fc4", on: WHITE, mine: "#2f5bea", onMine: WHITE, mark: "#" },
  custom: {
    name: "Your own channel",
    color: "#5b3b8c",
    on: WHITE,
    mine: "#6b46b0",
    onMine: WHITE,
    mark: "+",
  },
};

/** Where a channel's phone stands: those that people know best come first. */
export function placeOf(channel: string): number {
  const place = Object.keys(LOOKS).indexOf(channel);
  return place < 0 ? Object.keys(LOOKS).length : place;
}

export function lookOf(channel: string): ChannelLook {
  const known = Object.hasOwn(LOOKS, channel) ? LOOKS[channel] : undefined;
  return (
    known ?? {
      name: channel,
      color: "#3c4657",
      on: WHITE,
      mine: "#1f6feb",
      onMine: WHITE,
      mark: channel.slice(0, 1).toUpperCase(),
    }
  );
}

/** A customer who is played: one person with an address on every channel. */
export interface Persona {
  name: string;
  /** Eight digits of which every address is made. */
  number: string;
}

/** The person's address on a channel, of the form that the channel's addresses have. */
export function addressOf(channel: string, { name, number }: Persona): string {
  switch (channel) {
    case "sms":
    case "voice":
    case "whatsapp":
    case "google":
      return `+1555${number.slice(-7)}`;
    case "line":
      return `U${number.padStart(32, "0")}`;
    case "email": {
      const plain = name
        .normalize("NFD")
        .replace(/\p{M}/gu, "")
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, ".");
      return `${plain.replace(/^\.+|\.+$/g, "") || "customer"}.${number}@example.com`;
    }
    case "webchat":
      return number.padStart(32, "0");
    case "discord":
      return `1${number.padStart(17, "0")}`;
    case "messenger":
    case "instagram":
      return `7${number.padStart(15, "0")}`;
    default:
      return `9${number}`;
  }
}

const NAMES = [
  "Zoë Martin",
  "Kenji Sato",
  "Omar Haddad",
  "Inés García",
  "Vera Petrova",
  "Tom Okafor",
  "Mei Lin",
  "Ada Novak",
];

/** A person nobody has met. `random` is below one. */
export function invent(known: readonly Persona[], random: () => number): Persona {
  const free = NAMES.filter((name) => !known.some((person) => person.name === name));
  const names = free.length > 0 ? free : NAMES;
  const name = names[Math.floor(random() * names.length)] ?? "Zoë Martin";
  const number = String(Math.floor(random() * 90_000_000) + 10_000_000);
  return { name, number };
}
