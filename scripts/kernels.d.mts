/** See kernels.mjs. */
export function kernelsModule(folder: string): Promise<string>;
