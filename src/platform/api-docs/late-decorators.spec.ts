import { LateDecorators } from './late-decorators.js';

/** A library whose decorators note where they stand. */
function makeLibrary() {
  const notes: string[] = [];
  const Note =
    (text: string) =>
    (target: object, key?: string | symbol): void => {
      notes.push(`${text} ${target.constructor.name}.${String(key)}`);
    };
  return { Note, notes };
}

describe('late decorators', () => {
  it('are carried out once the library is there, once each, in the order in which they stand', () => {
    const decorators = new LateDecorators<ReturnType<typeof makeLibrary>>();
    const Note = decorators.of((library) => library.Note);
    class Letter {
      @Note('first') @Note('inner') to = '';
      @Note('second') from = '';
    }
    expect(new Letter()).toEqual({ to: '', from: '' });

    const library = makeLibrary();
    decorators.carryOut(library);
    decorators.carryOut(library);
    expect(library.notes).toEqual(['inner Letter.to', 'first Letter.to', 'second Letter.from']);
  });
});
