/**
 * Jest looks for what a package exports to `require`. A package that exports to `import` only is found here, and
 * then translated like every package that has ES modules only.
 */
export function sync(path, options) {
  try {
    return options.defaultResolver(path, options);
  } catch (error) {
    if (/^[./]/.test(path)) throw error;
    return options.defaultResolver(path, { ...options, conditions: ['node', 'import', 'default'] });
  }
}
