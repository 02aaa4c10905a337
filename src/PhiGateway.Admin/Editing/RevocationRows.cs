using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Editing;

/// <summary>Reads all revocations there are, and which credentials they stop; the store gives the newest first, as many as it is asked for.</summary>
internal static class RevocationRows
{
    // What is asked for at first; more, when there are more.
    internal const int LookBack = 10_000;

    /// <summary>Every row, newest first.</summary>
    public static async Task<IReadOnlyList<Revocation>> AllAsync(IRegistryStore store, CancellationToken cancellationToken)
    {
        for (var most = LookBack; ; most *= 4)
        {
            var rows = await store.ListRevocationsAsync(most, cancellationToken);
            if (rows.Count < most)
            {
                return rows;
            }
        }
    }

    /// <summary>Ids of the credentials that are revoked and not lifted.</summary>
    public static async Task<IReadOnlySet<string>> CredentialsAsync(IRegistryStore store, CancellationToken cancellationToken)
    {
        var revoked = new HashSet<string>(StringComparer.Ordinal);
        foreach (
            var row in (await AllAsync(store, cancellationToken)).Where(static row => row.Target == RevocationTarget.Credential).Reverse()
        )
        {
            _ = row.Lifted ? revoked.Remove(row.Value) : revoked.Add(row.Value);
        }

        return revoked;
    }
}
