/** Puts an element before the browser whose composer has everything switched on, and whose server is played here. */
(thread) => {
  navigator.mediaDevices.getUserMedia = async () => new AudioContext().createMediaStreamDestination().stream;
  const milk = { type: "input_tag", id: "t1", text: "buy milk", data: {}, interactive: true };
  const file = { type: "file", id: "a1", name: "a-list.pdf", mime_type: "application/pdf" };
  const content = [{ type: "input_text", text: "Is " }, milk, { type: "input_text", text: " late?" }];
  const items = [{ type: "user_message", id: "u1", content, attachments: [file], quoted_text: "You have two tasks." }];
  const chat = document.createElement("openai-chatkit");
  Object.assign(chat.style, { position: "fixed", inset: "0", zIndex: "1" }); // over whatever the page says above it
  document.querySelector("main").replaceWith(chat);
  const played = {
    "threads.get_by_id": () => Response.json({ ...thread, items: { data: items, has_more: false } }),
    "threads.follow": () => new Response(""),
    "attachments.create": ({ name }) =>
      name === "refused.txt"
        ? Response.json({ code: "invalid", message: "Files cannot be added here." }, { status: 422 })
        : new Promise(() => undefined),
  };
  chat.setOptions({
    api: {
      url: "/played",
      fetch: async (_url, { body }) => {
        const { type, params } = JSON.parse(body);
        return played[type](params);
      },
    },
    initialThread: thread.id,
    entities: {
      showComposerMenu: true,
      onTagSearch: async () => [
        { id: "t1", title: "buy milk", group: "Tasks", icon: "check" },
        { id: "p1", title: "Ann", group: "People", icon: "user" },
      ],
      onRequestPreview: async () => ({
        preview: { type: "Basic", children: [{ type: "Text", value: "Due on Friday" }] },
      }),
    },
    composer: {
      attachments: { enabled: true },
      dictation: { enabled: true },
      tools: [
        { id: "search", label: "Search the web", shortLabel: "Search", icon: "globe" },
        { id: "draw", label: "Draw", icon: "sparkle", pinned: true },
      ],
    },
  });
  return chat.setComposerValue({
    reply: "You have two tasks, and one of them is late. ".repeat(4),
    attachments: [file],
  });
};
