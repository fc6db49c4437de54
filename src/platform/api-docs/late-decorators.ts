type DecoratorFactory = (...options: never[]) => (...place: never[]) => unknown;

/**
 * Decorators of a library that takes long to load. What they say is kept, in the order in which they stand, until
 * somebody needs the library: a start need not wait for what many a process never does.
 */
export class LateDecorators<Library> {
  private readonly said: ((library: Library) => void)[] = [];

  /** The library's decorator, but late. */
  of<Factory extends DecoratorFactory>(named: (library: Library) => Factory): Factory {
    const factory =
      (...options: never[]) =>
      (...place: never[]): void => {
        this.said.push((library) => void named(library)(...options)(...place));
      };
    return factory as Factory;
  }

  /** Carries out what was said so far, once. */
  carryOut(library: Library): void {
    for (const decorate of this.said.splice(0)) decorate(library);
  }
}
