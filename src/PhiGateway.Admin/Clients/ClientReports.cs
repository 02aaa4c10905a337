using System.Runtime.CompilerServices;
using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>
/// Reports on clients before somebody acts: the doors of one, what stops with it, and the queue of those that wait for an approver.
/// </summary>
internal sealed class ClientReports(WorkingSetSource sets, ISnapshotSource snapshots, AdminOptions options, TimeProvider time)
{
    private static readonly ConditionalWeakTable<WorkingSet, string[]> MayWait = [];
    private static readonly ConditionalWeakTable<WorkingSet, WaitingDay> Waiting = [];

    /// <summary>Every door of a client's PHI path on this node.</summary>
    public async Task<Outcome<PostureReport>> PostureAsync(AdminCall call, string id)
    {
        if (ApprovedClient.Find(await sets.GetAsync(call.Cancelled), id) is not { } view)
        {
            return AdminProblem.NotFound("client");
        }

        var snapshot = snapshots.Current;
        var now = time.GetUtcNow();
        var doors = snapshot.FindClientById(id) is { } entry ? DoorReport.Of(entry, snapshot, now, options.WarnDays) : [];
        IReadOnlyList<ProblemPointer> unknown = options.Names is { } names
            ?
            [
                .. new IRegistryEntity?[] { view.Client, view.UseCase }
                    .OfType<IRegistryEntity>()
                    .Concat(view.Credentials)
                    .SelectMany(names.Unknown),
            ]
            : [];
        return new PostureReport(
            id,
            JsonNamingPolicy.KebabCaseLower.ConvertName(view.Client.Status.ToString()),
            doors.Count > 0 && unknown.Count == 0 && doors.All(static door => door.Open || !door.Guards),
            snapshot.Revision,
            view.Fingerprint,
            view.Approval?.Fingerprint,
            doors,
            unknown
        )
        {
            SharedSecrets = SharedSecret.Of(view.Credentials, now),
        };
    }

    /// <summary>What stops when a client is stopped.</summary>
    public async Task<Outcome<BlastRadius>> BlastRadiusAsync(AdminCall call, string id)
    {
        var set = await sets.GetAsync(call.Cancelled);
        return ApprovedClient.Find(set, id) is { } view ? BlastRadius.Of(set, view) : AdminProblem.NotFound("client");
    }

    /// <summary>Who else has the grants of a client, by other use cases.</summary>
    public async Task<Outcome<IReadOnlyList<GrantHolders>>> HoldersAsync(AdminCall call, string id)
    {
        var set = await sets.GetAsync(call.Cancelled);
        return ApprovedClient.Find(set, id) is { } view
            ? Outcome<IReadOnlyList<GrantHolders>>.From(GrantHolders.Of(set, view))
            : AdminProblem.NotFound("client");
    }

    /// <summary>One page of the clients that wait for an approver.</summary>
    /// <param name="call">The call.</param>
    /// <param name="page">Which page.</param>
    /// <param name="why">Only those that wait for this reason; null: all.</param>
    public async Task<Outcome<QueuePage>> QueueAsync(AdminCall call, PageRequest page, string? why)
    {
        if (QueueFilter.Check(why) is { } refused)
        {
            return refused;
        }

        var set = await sets.GetAsync(call.Cancelled);
        var filter = new QueueFilter(why);
        var waiting = new List<QueueEntry>();
        foreach (var id in MayWait.GetValue(set, static found => [.. WhoMayWait(found)]))
        {
            if (page.After is { } after && string.CompareOrdinal(id, after.Id) <= 0)
            {
                continue;
            }

            if (QueueEntry.Of(set, ApprovedClient.Find(set, id)!, time.GetUtcNow()) is { } entry && filter.Covers(entry))
            {
                waiting.Add(entry);
                if (waiting.Count > page.Limit)
                {
                    break;
                }
            }
        }

        var next = waiting.Count > page.Limit ? new Cursor(null, waiting[page.Limit - 1].Client).Encode() : null;
        return new QueuePage([.. waiting.Take(page.Limit)], next);
    }

    /// <summary>One part of the clients that wait for an approver, those that wait longest first, and how many wait in all.</summary>
    /// <param name="call">The call.</param>
    /// <param name="skip">How many stand before the part.</param>
    /// <param name="take">How many stand in it.</param>
    /// <param name="filter">Only those that it covers, of which there are as many as are counted; null: all.</param>
    public async Task<ListSlice<QueueEntry>> WaitingAsync(AdminCall call, int skip, int take, QueueFilter? filter = null)
    {
        var set = await sets.GetAsync(call.Cancelled);
        var now = time.GetUtcNow();

        // An approval ends with its day: until then what waits is what the registry says.
        var day = DateOnly.FromDateTime(now.UtcDateTime);
        if (!Waiting.TryGetValue(set, out var known) || known.Day != day)
        {
            known = new WaitingDay(
                day,
                [
                    .. MayWait
                        .GetValue(set, static found => [.. WhoMayWait(found)])
                        .Select(id => QueueEntry.Of(set, ApprovedClient.Find(set, id)!, now))
                        .OfType<QueueEntry>()
                        .OrderBy(static entry => entry.Since)
                        .ThenBy(static entry => entry.Client, StringComparer.Ordinal),
                ]
            );
            Waiting.AddOrUpdate(set, known);
        }

        return ListSlice<QueueEntry>.Of(filter is null ? known.Entries : [.. known.Entries.Where(filter.Covers)], skip, take);
    }

    // Whose approval does not count, or ends some day: looked for once in each state of the registry, in order of id.
    private static IEnumerable<string> WhoMayWait(WorkingSet set) =>
        set.All<Client>(RegistryKind.Client)
            .Where(static client => client.Status is not (ClientStatus.Draft or ClientStatus.Revoked or ClientStatus.Archived))
            .Where(client => ApprovedClient.Find(set, client.Id) is not { IsApproved: true, Approval.Until: null })
            .Select(static client => client.Id);

    private sealed record WaitingDay(DateOnly Day, IReadOnlyList<QueueEntry> Entries);
}
