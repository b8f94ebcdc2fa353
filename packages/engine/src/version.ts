/** Written into manifests, for people. */
export const ENGINE_VERSION = '0.1.0';

/**
 * Version of what values mean. It is raised by every change after which the same definition gives another value for the
 * same input (a rule of SEMANTICS, or a mistake that was mended): what was published before is stale then.
 */
export const SEMANTICS_VERSION = 3;
