/** Markup that is safe to stand in a page: all text in it has been escaped. */
export class Html {
  readonly markup: string;

  /** @param markup that is already safe; everything else goes through `html` */
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What can stand in a template: text and numbers are escaped, markup is taken as it is, nothing leaves no trace. */
export type HtmlContent = Html | string | number | undefined | false | readonly HtmlContent[];

/** A template of markup that escapes what is put into it: `` html`<td>${name}</td>` ``. */
export function html(parts: TemplateStringsArray, ...contents: readonly HtmlContent[]): Html {
  const [first = '', ...rest] = parts;
  return new Html(first + rest.map((part, index) => render(contents[index]) + part).join(''));
}

/** JSON that can stand in a `<script type="application/json">`, whatever its texts say. */
export function jsonScript(id: string, value: unknown): Html {
  const json = JSON.stringify(value).replaceAll('<', '\\u003c');
  return new Html(`<script type="application/json" id="${escapeHtml(id)}">${json}</script>`);
}

function render(content: HtmlContent): string {
  if (content === undefined || content === false) return '';
  if (content instanceof Html) return content.markup;
  if (typeof content === 'object') return content.map(render).join('');
  return escapeHtml(String(content));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
