import { expect, it } from 'vitest';
import { html, jsonScript } from './html.ts';

it('escapes what is put in, and keeps markup', () => {
  const name = `<b title="x">'&'</b>`;
  expect(html`<p class="${name}">${html`<i>${1}</i>`}${[name, false, undefined, 0]}</p>`.markup).toBe(
    '<p class="&lt;b title=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/b&gt;"><i>1</i>' +
      '&lt;b title=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/b&gt;0</p>',
  );
});

it('writes JSON that cannot end its script', () => {
  const value = { name: '</script><!--' };
  const { markup } = jsonScript('data', value);
  expect(markup.match(/</g)).toHaveLength(2);
  expect(JSON.parse(markup.replace(/^<[^>]*>|<\/script>$/g, ''))).toEqual(value);
});
