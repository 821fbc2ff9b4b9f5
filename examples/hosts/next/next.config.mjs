/** @type {import('next').NextConfig} */
export default {
  // The gateway is loaded as it is, instead of being bundled into each route.
  serverExternalPackages: ['campaign-interaction-gateway'],
};
