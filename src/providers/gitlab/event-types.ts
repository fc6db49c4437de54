/** What a hook of a project or a group can tell of. */
type Kind =
  | 'access_token'
  | 'build'
  | 'deployment'
  | 'emoji'
  | 'feature_flag'
  | 'issue'
  | 'merge_request'
  | 'milestone'
  | 'note'
  | 'pipeline'
  | 'push'
  | 'release'
  | 'tag_push'
  | 'vulnerability'
  | 'wiki_page'
  | 'work_item';

/** Such as `open`, `close`, `update` and `merge`. */
type KindWithAction = Extract<
  Kind,
  'emoji' | 'issue' | 'merge_request' | 'milestone' | 'note' | 'release' | 'wiki_page' | 'work_item'
>;

/** A kind, for all its actions, or kind and action. Hooks of groups and systems have event names besides. */
export type GitlabEventType = Kind | `${KindWithAction}.${string}` | `${string}_${string}`;

/** What all kinds have in common; the rest differs from kind to kind. */
export interface GitlabPayload {
  readonly object_kind?: string;
  readonly event_name?: string;
  readonly project?: { readonly id: number; readonly name: string; readonly path_with_namespace: string };
  readonly object_attributes?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}
