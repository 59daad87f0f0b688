import ts from "typescript";

/** The property that this piece of code reads by its name, as `x.name` or `const { name } = x`. A spread reads none. */
export function propertiesRead(node: ts.Node): string[] {
  if (ts.isPropertyAccessExpression(node)) {
    const { parent } = node;
    const isWritten =
      ts.isBinaryExpression(parent) && parent.left === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
    return isWritten ? [] : [node.name.text];
  }
  if (ts.isBindingElement(node) && node.dotDotDotToken === undefined) {
    const name = node.propertyName ?? node.name;
    return ts.isIdentifier(name) ? [name.text] : [];
  }
  return [];
}
