type Named = { id: string; email: string | null };

function plain(text: string | null): string | null {
  return text?.trim().toLowerCase() || null;
}

function isNamed({ id, email }: Named, said: string): boolean {
  return said === plain(id) || said === plain(email);
}

/** Whether a reviewer, by id or e-mail as they gave it, holds the grant: as its holder, or as one of the group that holds it. */
export function isOwnGrant(holder: Named & { members?: readonly Named[] }, reviewer: string): boolean {
  const said = plain(reviewer);
  return said !== null && [holder, ...(holder.members ?? [])].some((one) => isNamed(one, said));
}
