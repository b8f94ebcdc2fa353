/** Written into manifests. */
export const ENGINE_VERSION = '0.1.0';
