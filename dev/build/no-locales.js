/** Stands in for zod's error texts in 64 languages: the Worker speaks English alone, which zod imports by itself. */
export {};
