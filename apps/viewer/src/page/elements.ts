/** The element that `selector` names inside of `root`; it must be there, in index.html. */
export function find<Kind extends Element = HTMLElement>(
  selector: string,
  root: ParentNode = document,
): Kind {
  const element = root.querySelector<Kind>(selector);
  if (!element) throw new Error(`index.html: there is no ${selector}`);
  return element;
}

/** A new element. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A number that is written short, and kept whole for programs. */
export function makeData(value: number, ...shown: (Node | string)[]): HTMLDataElement {
  return make('data', { value: String(value) }, ...shown);
}
