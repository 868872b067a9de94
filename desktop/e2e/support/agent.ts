/** An agent without a desktop: a socket that speaks docs/PROTOCOL.md. */
import { WebSocket } from "ws";
import { type Center, until } from "./center.ts";

type Fields = Record<string, unknown>;

export interface Frame {
  event_type: string;
  payload: Fields;
}

export class Agent {
  readonly #socket: WebSocket;
  readonly frames: Frame[] = [];

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.frames.push(JSON.parse(String(data)) as Frame);
  }

  static async signIn(center: Center, worker: string): Promise<Agent> {
    const { token } = (await center.post("/api/dev/sign-in", { worker })) as { token: string };
    const agent = new Agent(
      new WebSocket(`${center.url.replace("http", "ws")}/agent`, [`patchbay.${token}`]),
    );
    await agent.hears("init");
    return agent;
  }

  leave(): void {
    this.#socket.close();
  }

  hears(type: string, wanted: (payload: Fields) => boolean = () => true): Promise<Fields> {
    return until(async () => {
      return this.frames.find((frame) => frame.event_type === type && wanted(frame.payload))?.payload;
    });
  }

  async act(action: string, fields: Fields = {}): Promise<Fields> {
    // An id that was used before is a repetition, whichever socket it comes by.
    const id = crypto.randomUUID();
    this.#socket.send(JSON.stringify({ action, id, ...fields }));
    return until(async () => {
      const answer = this.frames.find((frame) => frame.payload.id === id);
      if (answer?.event_type === "error") throw new Error(`${action}: ${JSON.stringify(answer.payload)}`);
      return answer?.payload;
    });
  }

  /**
   * Takes the next task that is offered, and says on which conversation it is. Programs accept faster than the flow's turn
   * is written: they are put on the conversation once it is.
   */
  async accepts(): Promise<{ reservation: string; conversation: string }> {
    const offer = await this.hears("reservation.created", (payload) => payload.taken !== true);
    offer.taken = true;
    const reservation = String(offer.sid);
    const accepted = await this.act("reservation.accept", { reservation_sid: reservation });
    const { conversation_sid } = offer.task as Fields;
    const isLate = conversation_sid && !accepted.conversation && !accepted.ringing;
    if (isLate) {
      const isOn = ({ sid, state }: Fields) => sid === conversation_sid && state === "with_agent";
      await this.hears("conversation.updated", isOn);
    }
    return { reservation, conversation: String(conversation_sid) };
  }

  says(conversation: string, text: string): Promise<Fields> {
    return this.act("message.send", { conversation_sid: conversation, text });
  }

  async finishes(reservation: string): Promise<void> {
    await this.act("reservation.wrap", { reservation_sid: reservation });
    await this.act("reservation.complete", { reservation_sid: reservation });
  }
}
