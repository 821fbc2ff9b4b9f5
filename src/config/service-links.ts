/** Variables that Kubernetes makes of a service's name, and Docker of a link's; the service may be called like a setting. */
const OF_SERVICE = /_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/;
const ADDRESS = /^(?:tcp|udp|sctp):\/\/\S+:\d+$/;

/** True for a variable with the address of a service: one that is called `metrics` sets `METRICS_PORT` to `tcp://10.0.0.7:80`. */
export function isServiceLink(name: string, text: string): boolean {
  return OF_SERVICE.test(name) || (name.endsWith('_PORT') && ADDRESS.test(text));
}
