import type { Calls } from "../../calls.ts";
import { anAttachment, anItem, png } from "./files.ts";

export const calls: Calls = {
  createAttachment: async () => {
    const { path, token } = await anItem();
    return {
      ...{ path: `${path}/attachments?name=plan.png`, token },
      ...{ body: png(), headers: { "Content-Type": "image/png" } },
    };
  },
  listAttachments: async () => {
    const item = await anItem();
    for (let i = 0; i < 3; i++) await anAttachment({ item });
    return { path: `${item.path}/attachments`, token: item.token };
  },
  readAttachment: async () => {
    const { path, token } = await anAttachment();
    return { path, token };
  },
  downloadAttachment: async () => {
    const { path, token } = await anAttachment();
    return { path: `${path}/content`, token };
  },
  deleteAttachment: async () => {
    const { path, token } = await anAttachment();
    return { path, token };
  },
};
