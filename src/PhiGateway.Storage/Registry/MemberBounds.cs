using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>
/// Asks, within a write of memberships and after its rows are in place, whether their roster has grown too far by it; the store takes the
/// write back when it has.
/// </summary>
/// <remarks>The writer holds the revision's row, so nobody else's rows come between the count and the commit.</remarks>
internal static class MemberBounds
{
    /// <summary>Why the write must not stand; null: it may.</summary>
    public static async Task<MemberWriteResult?> CheckAsync(
        RegistryTransaction write,
        MemberBound bound,
        CancellationToken cancellationToken
    )
    {
        if (await write.NewestDocumentAsync(cancellationToken) is var newest && newest > bound.SeenRevision)
        {
            return new MemberWriteResult.Moved(newest);
        }

        var outgrown = new List<long>();
        foreach (var since in bound.Since.Distinct())
        {
            await using var command = write
                .Command("SELECT COUNT(*) FROM roster_member WHERE roster = @roster AND revision > @after")
                .With("roster", bound.Roster)
                .With("after", since);
            if ((long)(await command.ExecuteScalarAsync(cancellationToken) ?? 0L) > bound.Most)
            {
                outgrown.Add(since);
            }
        }

        return outgrown.Count == 0 ? null : new MemberWriteResult.Outgrown(outgrown);
    }
}
