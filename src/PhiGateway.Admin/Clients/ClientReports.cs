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
        );
    }

    /// <summary>What stops when a client is stopped.</summary>
    public async Task<Outcome<BlastRadius>> BlastRadiusAsync(AdminCall call, string id)
    {
        var set = await sets.GetAsync(call.Cancelled);
        return ApprovedClient.Find(set, id) is { } view ? BlastRadius.Of(set, view) : AdminProblem.NotFound("client");
    }

    /// <summary>One page of the clients that wait for an approver.</summary>
    /// <param name="call">The call.</param>
    /// <param name="page">Which page.</param>
    /// <param name="why">Only those that wait for this reason; null: all.</param>
    public async Task<Outcome<QueuePage>> QueueAsync(AdminCall call, PageRequest page, string? why)
    {
        if (why is not (null or "never-approved" or "changed" or "expired"))
        {
            return AdminProblem.BadParameter("why", "never-approved, changed or expired is expected.");
        }

        var set = await sets.GetAsync(call.Cancelled);
        var waiting = new List<QueueEntry>();
        foreach (var client in set.All<Client>(RegistryKind.Client))
        {
            if (
                client.Status is ClientStatus.Draft or ClientStatus.Revoked or ClientStatus.Archived
                || (page.After is { } after && string.CompareOrdinal(client.Id, after.Id) <= 0)
            )
            {
                continue;
            }

            if (
                QueueEntry.Of(set, ApprovedClient.Find(set, client.Id)!, time.GetUtcNow()) is { } entry
                && (why is null || entry.Why == why)
            )
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
}

/// <summary>The doors of a client's PHI path.</summary>
/// <param name="Client">Client id.</param>
/// <param name="Status">State in the lifecycle.</param>
/// <param name="PathOpen">Whether every door is open on this node.</param>
/// <param name="Revision">Registry revision this node enforces.</param>
/// <param name="Fingerprint">Fingerprint of what would be approved now; approve with it.</param>
/// <param name="ApprovedFingerprint">Fingerprint that was approved last.</param>
/// <param name="Doors">Every door in the order in which the decision asks; empty: this node does not know the client yet.</param>
/// <param name="UnknownNames">Names on the path that this node's configuration does not have: every call fails while there is one.</param>
public sealed record PostureReport(
    string Client,
    string Status,
    bool PathOpen,
    long Revision,
    string? Fingerprint,
    string? ApprovedFingerprint,
    IReadOnlyList<DoorReport> Doors,
    IReadOnlyList<ProblemPointer> UnknownNames
);

/// <summary>One door.</summary>
/// <param name="Name">Such as <c>agreement</c>.</param>
/// <param name="Reason">Code with which it refuses.</param>
/// <param name="Open">Whether it is open.</param>
/// <param name="ClosesAt">When it closes by itself; absent: it has no date.</param>
/// <param name="Closing">Whether that is soon.</param>
/// <param name="ToOpen">What to do to open it.</param>
/// <param name="Rule">The entity behind it, such as <c>agreement/baa-1</c>.</param>
/// <param name="Guards">Whether the gateway enforces it; false for the dates of a credential that is inventory only.</param>
public sealed record DoorReport(
    string Name,
    string Reason,
    bool Open,
    DateTimeOffset? ClosesAt,
    bool Closing,
    string? ToOpen,
    string? Rule,
    bool Guards = true
)
{
    internal static IReadOnlyList<DoorReport> Of(ClientEntry entry, RegistrySnapshot snapshot, DateTimeOffset at, int warnDays) =>
        [
            .. Posture
                .Of(entry, snapshot, at)
                .Select(door => new DoorReport(
                    door.Name,
                    door.Reason.Code,
                    door.Open,
                    door.ClosesAt,
                    door.Open && door.ClosesAt <= at.AddDays(warnDays),
                    door.ToOpen,
                    door.Rule,
                    door.Guards
                )),
        ];
}

/// <summary>Clients that wait for an approver.</summary>
/// <param name="Items">By client id.</param>
/// <param name="NextCursor">Place of the next page.</param>
public sealed record QueuePage(IReadOnlyList<QueueEntry> Items, string? NextCursor);
