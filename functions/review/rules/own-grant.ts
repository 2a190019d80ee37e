type Named = { id: string; email: string | null };

function plain(text: string | null): string | null {
  return text?.trim().toLowerCase() || null;
}

function isNamed({ id, email }: Named, said: string): boolean {
  return said === plain(id) || said === plain(email);
}

/**
 * Whether a reviewer holds the grant, as the holder or as a member of the group. `reviewer` is an id or e-mail as the
 * reviewer wrote it.
 */
export function isOwnGrant(holder: Named & { members?: readonly Named[] }, reviewer: string): boolean {
  const said = plain(reviewer);
  return said !== null && [holder, ...(holder.members ?? [])].some((one) => isNamed(one, said));
}
