using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Callers;

/// <summary>
/// Lists callers that the registry does not know, from the refusals of the trail: who they say they are, from where, and what they tried. The
/// look is on record before it is answered; called by endpoint and console.
/// </summary>
internal sealed class UnknownCallers(IAuditStore trail, IAuditJournal journal, AdminJournal records, TimeProvider time)
{
    /// <summary>Most records of one look; beyond it the report says that it is not all.</summary>
    public const int MostRecords = 5000;

    private const int MostDays = 400;
    private const int MostCallers = 200;
    private const int MostTries = 8;

    // Whoever asks in no registered name, and whoever stands between in none.
    private static readonly string[] Reasons = [DenyReason.UnknownClient.Code, DenyReason.UnknownActor.Code];

    /// <summary>Those of some days, the latest first.</summary>
    public async Task<Outcome<UnknownReport>> ListAsync(AdminCall call, int days)
    {
        if (days is < 1 or > MostDays)
        {
            return AdminProblem.BadParameter("days", $"1 to {MostDays} is expected.");
        }

        var now = time.GetUtcNow();
        var look = records.Create(call, "audit.unknown-callers", "audit", call.RequestId, Guid.Empty, AuditKind.AuditUse);
        look.Note = string.Create(CultureInfo.InvariantCulture, $"days={days}");
        await journal.AppendAsync(look);
        var seen = new Dictionary<(string?, string?), Seen>();
        var (count, isComplete) = (0, true);
        foreach (var reason in Reasons)
        {
            var query = new AuditQuery
            {
                From = now.AddDays(-days),
                To = now,
                Decision = "deny",
                Reason = reason,
                Limit = PageRequest.Most,
            };
            while (true)
            {
                var page = await trail.QueryAsync(query, call.Cancelled);
                foreach (var entry in page.Entries)
                {
                    count++;
                    Take(seen, entry);
                }

                if (page.Next is null || count >= MostRecords)
                {
                    isComplete &= page.Next is null;
                    break;
                }

                query = query with { Cursor = page.Next };
            }
        }

        var callers = seen.Values.OrderByDescending(static one => one.Last).ToList();
        return new UnknownReport(
            now.AddDays(-days),
            now,
            isComplete && callers.Count <= MostCallers,
            [.. callers.Take(MostCallers).Select(static one => one.Report())]
        );
    }

    private static void Take(Dictionary<(string?, string?), Seen> seen, AuditEntry entry)
    {
        if (entry.Read() is not { } record)
        {
            return;
        }

        var key = (record.Issuer, record.IssuerClientId);
        if (!seen.TryGetValue(key, out var one))
        {
            seen[key] = one = new Seen(record.Issuer, record.IssuerClientId, entry.Time);
        }

        one.Note(record, entry.Time);
    }

    private sealed class Seen(string? issuer, string? clientId, DateTimeOffset at)
    {
        private readonly Dictionary<string, long> _tries = new(StringComparer.Ordinal);
        private readonly SortedSet<string> _networks = new(StringComparer.Ordinal);
        private readonly SortedSet<string> _tenants = new(StringComparer.Ordinal);
        private DateTimeOffset _first = at;
        private long _count;

        public DateTimeOffset Last { get; private set; } = at;

        private Guid Newest { get; set; }

        public void Note(AuditRecord record, DateTimeOffset time)
        {
            _count++;
            _first = time < _first ? time : _first;
            if (time >= Last || Newest == Guid.Empty)
            {
                (Last, Newest) = (time, record.Id);
            }

            if (record.Template is { } template && (_tries.Count < MostRecords || _tries.ContainsKey(template)))
            {
                _tries[template] = _tries.GetValueOrDefault(template) + 1;
            }

            Add(_networks, record.Peer);
            Add(_tenants, record.Tenant);
        }

        public UnknownCaller Report() =>
            new(
                issuer,
                clientId,
                _first,
                Last,
                _count,
                [
                    .. _tries
                        .OrderByDescending(static pair => pair.Value)
                        .Take(MostTries)
                        .Select(static pair => new TriedCall(pair.Key, pair.Value)),
                ],
                [.. _networks],
                [.. _tenants],
                Newest
            );

        private static void Add(SortedSet<string> set, string? text)
        {
            if (text is not null && set.Count < MostTries)
            {
                set.Add(text);
            }
        }
    }
}

/// <summary>Callers that the registry does not know.</summary>
/// <param name="From">From this moment on, UTC.</param>
/// <param name="To">Before this moment, UTC.</param>
/// <param name="Complete">Whether all of them are here.</param>
/// <param name="Items">The latest first.</param>
public sealed record UnknownReport(DateTimeOffset From, DateTimeOffset To, bool Complete, IReadOnlyList<UnknownCaller> Items);

/// <summary>One caller by what its token says of it.</summary>
/// <param name="Issuer">Who vouched for it; absent: nobody.</param>
/// <param name="ClientId">Client id at the issuer; absent: it names none.</param>
/// <param name="First">First try within the time.</param>
/// <param name="Last">Last try.</param>
/// <param name="Count">How many tries.</param>
/// <param name="Tried">What it tried most, without ids.</param>
/// <param name="Peers">From which addresses, at most eight.</param>
/// <param name="Tenants">In which tenants.</param>
/// <param name="Newest">Id of its newest record.</param>
public sealed record UnknownCaller(
    string? Issuer,
    string? ClientId,
    DateTimeOffset First,
    DateTimeOffset Last,
    long Count,
    IReadOnlyList<TriedCall> Tried,
    IReadOnlyList<string> Peers,
    IReadOnlyList<string> Tenants,
    Guid Newest
);

/// <summary>One thing that was tried.</summary>
/// <param name="Template">Method and path without ids.</param>
/// <param name="Count">How often.</param>
public sealed record TriedCall(string Template, long Count);
