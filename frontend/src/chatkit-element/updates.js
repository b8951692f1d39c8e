/** The changes of one item that a stream may bring, put into the item as it is shown. */

/**
 * @param {import("./conversation.js").Item} item
 * @param {any} update one that is unknown changes nothing
 */
export function applyUpdate(item, update) {
  switch (update.type) {
    case "assistant_message.content_part.added":
    case "assistant_message.content_part.done":
      item.content[update.content_index] = update.content;
      break;
    case "assistant_message.content_part.text_delta":
      item.content[update.content_index] ??= { text: "" };
      item.content[update.content_index].text += update.delta;
      break;
    case "assistant_message.content_part.annotation_added":
      item.content[update.content_index].annotations ??= [];
      item.content[update.content_index].annotations[update.annotation_index] = update.annotation;
      break;
    case "generated_image.updated":
      item.image = update.image;
      break;
    case "workflow.task.added":
    case "workflow.task.updated":
      item.workflow.tasks[update.task_index] = update.task;
      break;
    case "widget.root.updated":
      item.widget = update.widget;
      break;
    case "widget.component.updated":
    case "widget.streaming_text.value_delta":
      updateComponent(item.widget, update);
      break;
  }
}

/**
 * @param {any} node a widget's component, with its children
 * @param {any} update
 */
function updateComponent(node, update) {
  if (!node || typeof node !== "object") return;
  if (node.id === update.component_id) {
    if (update.component) Object.assign(node, update.component);
    else node.value = (node.value ?? "") + update.delta;
  }
  for (const child of [].concat(node.children ?? [])) updateComponent(child, update);
}
