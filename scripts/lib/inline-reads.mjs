/**
 * A plugin of rollup: `int32At(column, row)` and its like become `column[row]`, which is all they are. The compiler would
 * do the same, seven hundred times at every start, and runs for longer than a short replay has.
 */

/** Functions of core/columns.ts and core/bytes.ts whose body is one indexed read. */
const READS = new Set(['int32At', 'float64At', 'uint8At', 'uint16At', 'readUint8']);
const BODY = /^\{\s*return (\w+)\[(\w+)\];\s*\}$/;

/** Every node below one of ESTree. */
function* nodesOf(node) {
  if (typeof node?.type === 'string') yield node;
  for (const child of Object.values(node ?? {})) {
    if (child !== null && typeof child === 'object') yield* nodesOf(child);
  }
}

/** The calls' parentheses and commas, by where they stand: they overlap no other, be calls nested or not. */
function editsOf(call) {
  const [column, row] = call.arguments;
  return [
    { from: call.start, to: column.start, text: '(' },
    { from: column.end, to: row.start, text: ')[' },
    { from: row.end, to: call.end, text: ']' },
  ];
}

/** A function of these names that is something else would be a bug made here. */
function checkRead(code, { id, params, body }) {
  const [, column, row] = BODY.exec(code.slice(body.start, body.end)) ?? [];
  const [first, second] = params.map(({ name }) => name);
  if (column !== first || row !== second) throw new Error(`${id.name} is no plain read any more`);
}

export const inlineReads = {
  name: 'inline-reads',
  transform(code) {
    const edits = [];
    for (const node of nodesOf(this.parse(code))) {
      const isNamed = (id) => id?.type === 'Identifier' && READS.has(id.name);
      if (node.type === 'FunctionDeclaration' && isNamed(node.id)) checkRead(code, node);
      if (node.type === 'CallExpression' && isNamed(node.callee)) edits.push(...editsOf(node));
    }
    edits.sort((a, b) => a.from - b.from || a.to - b.to);
    let at = 0;
    let result = '';
    for (const { from, to, text } of edits) {
      result += code.slice(at, from) + text;
      at = to;
    }
    return { code: result + code.slice(at), map: null };
  },
};
