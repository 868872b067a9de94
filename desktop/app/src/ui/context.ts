/** The desk, the telephone and the center's API, for every component below. */

import { createContext, useContext, useSyncExternalStore } from "react";
import { useStore } from "zustand";
import type { Desk } from "../desk/desk.ts";
import type { DeskState } from "../model/state.ts";
import type { Microphone } from "../phone/microphone.ts";
import type { Softphone } from "../phone/softphone.ts";
import type { Api } from "../session/api.ts";

export interface DeskContext {
  desk: Desk;
  api: Api;
  /** The telephone in this page, for those who have it here. */
  phone: Softphone;
  /** Its microphone. */
  microphone: Microphone;
}

export const Context = createContext<DeskContext | null>(null);

export function useDesk(): Desk {
  return useDeskContext().desk;
}

export function useApi(): Api {
  return useDeskContext().api;
}

export function usePhone(): Softphone {
  return useDeskContext().phone;
}

export function useMicrophone(): Microphone {
  return useDeskContext().microphone;
}

function useDeskContext(): DeskContext {
  const context = useContext(Context);
  if (!context) throw new Error("there is no desk");
  return context;
}

/** A part of the desk's state; what is returned must be the same while nothing changes. */
export function useDeskState<T>(select: (state: DeskState) => T): T {
  return useStore(useDesk().store, select);
}

const tickers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let second = Math.floor(Date.now() / 1000);

function subscribe(tick: () => void): () => void {
  tickers.add(tick);
  timer ??= setInterval(() => {
    second = Math.floor(Date.now() / 1000);
    for (const tell of tickers) tell();
  }, 1000);
  return () => {
    tickers.delete(tick);
    if (tickers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** This browser's time in milliseconds, anew every second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => second) * 1000;
}

/** The center's time in milliseconds, anew every second. */
export function useCenterNow(): number {
  return useNow() + useDeskState(({ clock_offset_ms }) => clock_offset_ms);
}
