import fc from 'fast-check';

/** Strings of valid Unicode, with zero bytes, surrogate pairs and the code points just below them. */
export const unicode: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc
    .array(fc.constantFrom('a', 'b', '\0', 'é', '\uffff', '\ue000', '\u{10000}', '😀'), {
      maxLength: 5,
    })
    .map((parts) => parts.join('')),
);
