using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Follows the trail from a moment on for somebody who looks: takes the filters and the place that was handed out last, answers what has
/// arrived since. Called by the console, again and again; each log is followed by sequence, so that nothing that arrives late is left out.
/// </summary>
/// <remarks>
/// A search like any other: on record with its filters when it begins, and again with each answer that shows something. What tails and feeds
/// themselves put on record is not shown: two who watch would tell each other of that without an end.
/// </remarks>
internal sealed class TrailTail(ForwarderFeed feed, IAuditReports reports, TrailSearch search)
{
    /// <summary>How it stands on record.</summary>
    public const string Event = "audit.tail";

    // So much is looked at for one answer; who is further behind asks again at once.
    private const int MostLookedAt = 500;

    /// <summary>Begins with what arrives from now on.</summary>
    /// <returns>The place to ask from.</returns>
    public async Task<Outcome<string>> BeginAsync(AdminCall call, TrailQuery query)
    {
        if (Refuse(query) is { } refused)
        {
            return refused;
        }

        if ((await search.BeginAsync(call, query, Event)).Failed(out var problem, out _))
        {
            return problem;
        }

        var place = new FeedCursor();
        foreach (var mark in await reports.ListMarksAsync(call.Cancelled))
        {
            place.BeginBehind(mark);
        }

        return place.HandOut();
    }

    /// <summary>What has arrived since a place, oldest first.</summary>
    public async Task<Outcome<TailPart>> ReadAsync(AdminCall call, TrailQuery query, string? cursor)
    {
        if (Refuse(query) is { } refused)
        {
            return refused;
        }

        if (string.IsNullOrEmpty(cursor) || FeedCursor.Read(cursor) is not { } place)
        {
            return AdminProblem.BadParameter("cursor", "it is none of a tail's.");
        }

        var arrived = await feed.FindAsync(place, MostLookedAt, onlyWhole: true, call.Cancelled);
        foreach (var entry in arrived)
        {
            place.Pass(entry);
        }

        if (place.HandOut().Failed(out var problem, out var next))
        {
            return problem;
        }

        var found = arrived.Where(entry => Fits(entry, query)).ToList();
        if (found.Count > 0)
        {
            await search.RecordAsync(call, Event, $"{query.Describe()} records={found.Count}".TrimStart(), query.Tenant, null);
        }

        return new TailPart(found, next, arrived.Count == MostLookedAt);
    }

    // A tail has no end, and begins when it begins.
    private static AdminProblem? Refuse(TrailQuery query)
    {
        var told = new TrailQuery(
            Client: query.Client,
            Tenant: query.Tenant,
            Decision: query.Decision,
            Reason: query.Reason,
            Kind: query.Kind,
            Actor: query.Actor,
            Organization: query.Organization,
            UseCase: query.UseCase,
            Type: query.Type,
            Interaction: query.Interaction,
            Purpose: query.Purpose,
            Event: query.Event
        );
        return query == told
            ? query.ToStore(null, []).Problem
            : AdminProblem.BadParameter("tail", "has no end and no single record: it follows by the other filters.");
    }

    private static bool Fits(AuditEntry entry, TrailQuery query) =>
        entry.Event is not (Event or ForwarderFeed.Event)
        && (query.Event is null || TrailEvents.Fits(query.Event, entry.Event))
        && (query.Client ?? entry.Client) == entry.Client
        && (query.Tenant is null or TrailQuery.Every || query.Tenant == entry.Tenant)
        && (query.Decision ?? entry.Decision) == entry.Decision
        && (query.Reason ?? entry.Reason) == entry.Reason
        && (query.Kind ?? entry.Kind) == entry.Kind
        && (query.Actor ?? entry.Actor) == entry.Actor
        && (query.Type ?? entry.ResourceType) == entry.ResourceType
        && (query.Interaction ?? entry.Interaction) == entry.Interaction
        && FitsBody(entry, query);

    // What the store files but does not hand out stands in the record.
    private static bool FitsBody(AuditEntry entry, TrailQuery query)
    {
        if ((query.Organization ?? query.UseCase ?? query.Purpose) is null)
        {
            return true;
        }

        return entry.Read() is { } record
            && (query.Organization ?? record.Organization) == record.Organization
            && (query.UseCase ?? record.UseCase) == record.UseCase
            && (
                query.Purpose is null
                || (
                    PurposeOfUse.TryParse(query.Purpose, out var purpose)
                    && record.Purpose?.Split(' ').Contains(purpose.Code, StringComparer.Ordinal) == true
                )
            );
    }
}

/// <summary>What has arrived since a place.</summary>
/// <param name="Entries">Oldest first.</param>
/// <param name="Next">The place to ask from then.</param>
/// <param name="More">Whether there is more already.</param>
internal sealed record TailPart(IReadOnlyList<AuditEntry> Entries, string Next, bool More);
