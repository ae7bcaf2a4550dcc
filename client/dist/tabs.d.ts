type Signal = "signed_in" | "signed_out";
/** Tells the other tabs of this origin who is signed in. Does nothing outside a page, where there are none. */
export declare function openTabs(name: string | undefined, onSignal: (signal: Signal) => void): {
    send: (signal: Signal) => void | undefined;
};
export {};
