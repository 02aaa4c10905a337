using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>
/// Reads what a write of memberships is to write, and asks, within it and after its rows are in place, whether their roster has grown too
/// far by it; the store takes the write back when it has.
/// </summary>
/// <remarks>The writer holds the revision's row, so nobody else's rows come between the count and the commit.</remarks>
internal static class MemberBounds
{
    /// <summary>The last word on each membership, as if they had come one by one.</summary>
    /// <exception cref="ArgumentException">One names no roster or no patient.</exception>
    public static IReadOnlyCollection<RosterMember> Latest(IReadOnlyList<RosterMember> members)
    {
        var latest = new Dictionary<(string, PatientId), RosterMember>(members.Count);
        foreach (var member in members)
        {
            if (string.IsNullOrEmpty(member.Roster) || member.Patient.Value is null)
            {
                throw new ArgumentException("A membership names no roster or no patient.", nameof(members));
            }

            latest[(member.Roster, member.Patient)] = member;
        }

        return latest.Values;
    }

    /// <summary>Why the write must not stand; null: it may.</summary>
    public static async Task<MemberWriteResult?> CheckAsync(
        RegistryTransaction write,
        MemberBound bound,
        CancellationToken cancellationToken
    )
    {
        if (await write.FindMovedAsync(bound.SeenRevision, bound.SeenTimeline, [], cancellationToken) is { } newest)
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
