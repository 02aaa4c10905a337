using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>
/// Ends what was approved of a client before, in the write that approves it anew. Asked by <see cref="ClientApproval"/>; gives the writes and
/// the moment of the new approval.
/// </summary>
/// <remarks>
/// Security: the latest approval counts. Were the row of the latest taken out of the database, or no longer believed, one before it would count
/// again, for longer than anybody said. One that bears a time to come, by a clock that was ahead, is taken away: it would stand before every
/// later one, and so is one that cannot be read, which keeps the client closed.
/// </remarks>
internal static class EarlierApprovals
{
    /// <summary>The moment of an approval that is given now: later than that of any before it, since the latest counts.</summary>
    public static DateTimeOffset MomentAfter(WorkingSet set, string client, DateTimeOffset now)
    {
        var latest = set.ApprovalsOf(client)
            .Where(approval => !IsAhead(approval, now))
            .Select(static approval => approval.ApprovedAt)
            .DefaultIfEmpty(DateTimeOffset.MinValue)
            .Max();
        return latest < now ? now : latest.AddTicks(1);
    }

    /// <summary>The writes that end them.</summary>
    public static IReadOnlyList<RegistryWrite> End(WorkingSet set, string client, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var writes = new List<RegistryWrite>();
        foreach (var approval in set.ApprovalsOf(client).OrderBy(static approval => approval.Id, StringComparer.Ordinal))
        {
            var version = set.Find(RegistryKind.Approval, approval.Id)!.Item.Version;
            if (IsAhead(approval, now))
            {
                writes.Add(new RegistryWrite(RegistryKind.Approval, approval.Id, null, version));
            }
            else if (!(approval.Until <= today))
            {
                writes.Add(
                    new RegistryWrite(RegistryKind.Approval, approval.Id, RegistryJson.Serialize(approval with { Until = today }), version)
                );
            }
        }

        // What a newer version wrote is that version's to judge.
        writes.AddRange(
            set.UnreadableOf(client)
                .Where(item => item.Kind == RegistryKind.Approval && set.Find(item.Kind, item.Id) is { IsNotUnderstood: false })
                .Select(static item => new RegistryWrite(item.Kind, item.Id, null, item.Version))
        );
        return writes;
    }

    // By the day, as approvals are checked: clocks of nodes differ by seconds.
    private static bool IsAhead(Approval approval, DateTimeOffset now) =>
        DateOnly.FromDateTime(approval.ApprovedAt.UtcDateTime) > DateOnly.FromDateTime(now.UtcDateTime);
}
