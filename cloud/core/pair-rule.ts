/** The window rule that makes the windows of a series exact when two gateways forward it, as a line of configuration. */
export function pairRule({ device, metric }: { readonly device: string; readonly metric: string }): string {
  return `windows: [{ match: { device: ${JSON.stringify(device)}, metric: ${JSON.stringify(metric)} }, pair: true }]`;
}
