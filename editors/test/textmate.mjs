// Reads every rule file with the TextMate grammar, and fails where it loses its way.
// Run: npm install vscode-textmate vscode-oniguruma && node editors/test/textmate.mjs FILES…

import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const require = createRequire(path.join(process.cwd(), 'package.json'));
const textmate = require('vscode-textmate');
const oniguruma = require('vscode-oniguruma');

const here = path.dirname(new URL(import.meta.url).pathname);
const grammarFile = path.join(here, '../vscode/syntaxes/whimbrel.tmLanguage.json');
const wasm = fs.readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')).buffer;
const onigLib = oniguruma.loadWASM(wasm).then(() => ({
  createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
  createOnigString: (text) => new oniguruma.OnigString(text),
}));
// Python is embedded where the editor knows it; here it stands for itself.
const python = { scopeName: 'source.python', patterns: [{ match: '\\w+', name: 'meta.python' }] };
const registry = new textmate.Registry({
  onigLib,
  loadGrammar: async (scope) =>
    scope === 'source.python'
      ? textmate.parseRawGrammar(JSON.stringify(python), 'python.json')
      : textmate.parseRawGrammar(fs.readFileSync(grammarFile, 'utf8'), grammarFile),
});
const grammar = await registry.loadGrammar('source.whimbrel');

let mistakes = 0;
const expect = (file, line, text, holds, what) => {
  if (!holds) {
    mistakes += 1;
    console.error(`${file}:${line + 1}: ${what}: ${text}`);
  }
};

const CLAUSES = /^\s*(forbid|on|when|require|unless|severity|hazard|unknown|database|message|label|why|see|fix|given|bad|good)\b/;
for (const file of process.argv.slice(2)) {
  let stack = textmate.INITIAL;
  let fence = false;
  fs.readFileSync(file, 'utf8').split('\n').forEach((text, number) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(text, stack);
    stack = ruleStack;
    const scopesAt = (column) => tokens.find((token) => token.startIndex <= column && column < token.endIndex)?.scopes ?? [];
    const has = (column, scope) => scopesAt(column).some((name) => name.startsWith(scope));
    const start = text.search(/\S/);
    if (fence) {
      if (text.trim().startsWith('```')) fence = false;
      else if (start >= 0) expect(file, number, text, has(start, 'meta.embedded.block'), 'not inside its fence');
      return;
    }
    if (/^(rule|extend|disable|use|setting|let|operation|fieldclass|edition)\b/.test(text)) {
      expect(file, number, text, has(0, 'keyword.declaration'), 'a declaration is no keyword');
    } else if (CLAUSES.test(text)) {
      expect(file, number, text, has(start, 'keyword.other.clause'), 'a clause is no keyword');
    } else if (text.trim().startsWith('#')) {
      expect(file, number, text, has(start, 'comment'), 'a comment is none');
    }
    if (/```\w*\s*$/.test(text)) fence = true;
  });
  expect(file, 0, '', stack.depth === 1, 'a block or fence stays open at the end');
}
if (mistakes > 0) process.exit(1);
console.log(`${process.argv.length - 2} files: all lines have their colours`);
