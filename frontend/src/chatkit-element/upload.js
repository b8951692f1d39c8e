/** Sends one file to where the option `api.uploadStrategy` says, and tells how far it has come. */

import { unreachable, WireError } from "./wire.js";

const NOT_TAKEN = "The place for files did not take it.";

/** @typedef {{ signal: AbortSignal, onNamed: (id: string) => void, onProgress: (part: number) => void }} Watch */
/** @typedef {{ url: string, method: string, headers?: Record<string, string> }} Place that the server names for the file */

/**
 * @param {import("./wire.js").Wire} wire
 * @param {File} file
 * @param {Watch} watch
 * @returns {Promise<import("./draft.js").Attachment>}
 */
export async function upload(wire, file, watch) {
  const { uploadStrategy: strategy } = wire.api;
  if (strategy?.type === "direct") {
    const attachment = await wire.send(strategy.uploadUrl, formOf(file), watch.signal);
    watch.onNamed(attachment.id);
    return attachment;
  }
  const params = { name: file.name, size: file.size, mime_type: file.type };
  const { upload_descriptor: place, ...attachment } = await wire.json("attachments.create", params, watch.signal);
  watch.onNamed(attachment.id);
  if (place) await put(file, place, watch);
  return attachment;
}

/** @param {File} file */
function formOf(file) {
  const form = new FormData();
  form.append("file", file);
  return form;
}

/** To another host, so without what `api.fetch` adds; and only this old way of asking tells how far it is. @param {File} file @param {Place} place @param {Watch} watch */
function put(file, { url, method, headers = {} }, { signal, onProgress }) {
  /** @type {Promise<void>} */
  const sent = new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onerror = () => fail(unreachable());
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) done();
      else fail(new WireError(NOT_TAKEN, request.status, "refused"));
    };
    signal.addEventListener("abort", () => {
      request.abort();
      fail(signal.reason);
    });
    request.send(file);
  });
  return sent;
}
