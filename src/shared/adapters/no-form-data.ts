/** Stands where axios imports `form-data`: axios only asks whether a body is one, and no body is ever sent. */
class NoFormData {}

// biome-ignore lint/style/noDefaultExport: the module it replaces has a default export.
export default NoFormData;
