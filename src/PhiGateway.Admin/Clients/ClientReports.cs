using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Clients;

/// <summary>What one wants to know about a client before touching it: its doors, its blast radius, the queue it stands in.</summary>
internal sealed class ClientReports(
    WorkingSetSource sets,
    IRegistryRules rules,
    Func<RegistrySnapshot> snapshots,
    AdminOptions options,
    TimeProvider time
)
{
    public async Task<IResult> PostureAsync(HttpContext context, string id)
    {
        if (ApprovedClient.Find(await sets.GetAsync(context.RequestAborted), id, rules) is not { } view)
        {
            return AdminProblem.NotFound("client");
        }

        var snapshot = snapshots();
        var now = time.GetUtcNow();
        var doors = snapshot.FindClientById(id) is { } entry ? DoorReport.Of(entry, snapshot, now, options.WarnDays) : [];
        return AdminResult.Json(
            new PostureReport(
                id,
                JsonNamingPolicy.KebabCaseLower.ConvertName(view.Client.Status.ToString()),
                doors.Count > 0 && doors.All(static door => door.Open || !door.Guards),
                snapshot.Revision,
                view.Fingerprint,
                view.Approval?.Fingerprint,
                doors
            )
        );
    }

    public async Task<IResult> BlastRadiusAsync(HttpContext context, string id)
    {
        var set = await sets.GetAsync(context.RequestAborted);
        return ApprovedClient.Find(set, id, rules) is { } view
            ? AdminResult.Json(BlastRadius.Of(set, view))
            : AdminProblem.NotFound("client");
    }

    public async Task<IResult> QueueAsync(HttpContext context)
    {
        if (PageLimit.Read(context, out var limit) is { } problem)
        {
            return problem;
        }

        Cursor? after = null;
        if (context.Request.Query["cursor"] is [{ } text] && (after = Cursor.Decode(text)) is null)
        {
            return AdminProblem.BadParameter("cursor", "it does not belong to this list.");
        }

        string? why = null;
        if (
            context.Request.Query["why"] is { Count: > 0 } asked
            && (asked is not [{ } word] || (why = word) is not ("never-approved" or "changed" or "expired"))
        )
        {
            return AdminProblem.BadParameter("why", "never-approved, changed or expired is expected.");
        }

        var set = await sets.GetAsync(context.RequestAborted);
        var waiting = new List<QueueEntry>();
        foreach (var client in set.All<Client>(RegistryKind.Client))
        {
            if (
                client.Status is ClientStatus.Draft or ClientStatus.Revoked or ClientStatus.Archived
                || (after is not null && string.CompareOrdinal(client.Id, after.Id) <= 0)
            )
            {
                continue;
            }

            if (
                QueueEntry.Of(set, ApprovedClient.Find(set, client.Id, rules)!, time.GetUtcNow()) is { } entry
                && (why is null || entry.Why == why)
            )
            {
                waiting.Add(entry);
                if (waiting.Count > limit)
                {
                    break;
                }
            }
        }

        var next = waiting.Count > limit ? new Cursor(null, waiting[limit - 1].Client).Encode() : null;
        if (next is not null)
        {
            PageLink.Write(context, next);
        }

        return AdminResult.Json(new QueuePage([.. waiting.Take(limit)], next));
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
public sealed record PostureReport(
    string Client,
    string Status,
    bool PathOpen,
    long Revision,
    string? Fingerprint,
    string? ApprovedFingerprint,
    IReadOnlyList<DoorReport> Doors
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
