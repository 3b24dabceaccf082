/** What fields declare with `@Type` and `@Transform`; class-transformer ships the types elsewhere than the file. */
declare module 'class-transformer/cjs/storage.js' {
  import type { TransformationType } from 'class-transformer';

  export const defaultMetadataStorage: {
    findTypeMetadata(target: object, property: string): object | undefined;
    findTransformMetadatas(target: object, property: string, type: TransformationType): object[];
  };
}
