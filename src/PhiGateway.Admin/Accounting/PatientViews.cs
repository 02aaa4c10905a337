using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Accounting;

/// <summary>
/// Counts who saw a patient, over every record there is of the patient and not over a page of them; called by the console, on record before
/// it is answered.
/// </summary>
internal sealed class PatientViews(TrailSearch search, IAuditStore store, WorkingSetSource sets)
{
    /// <summary>Counts what a search by tenant and patient finds.</summary>
    public async Task<Outcome<PatientViewsReport>> CountAsync(AdminCall call, TrailQuery query)
    {
        var all = new TrailQuery(Tenant: query.Tenant, Patient: query.Patient) { Why = query.Why };
        if ((await search.BeginAsync(call, all, "audit.count", "by=who")).Failed(out var problem, out var asked))
        {
            return problem;
        }

        var set = await sets.GetAsync(call.Cancelled);
        var id = all.PatientId ?? string.Empty;
        var viewers = new Dictionary<(string Who, bool IsClient), Fold>();
        long records = 0;
        long accountable = 0;
        string? cursor = null;
        do
        {
            var page = await store.QueryAsync(asked with { Limit = PageRequest.Most, Cursor = cursor }, call.Cancelled);
            foreach (var entry in page.Entries)
            {
                var record = entry.Read();
                records++;
                accountable += IsAccounted(entry, record, set) ? 1 : 0;
                if (entry.Kind != AuditKind.Delivery && (entry.Client ?? entry.Actor) is { } who)
                {
                    var key = (who, entry.Client is not null);
                    if (!viewers.TryGetValue(key, out var fold))
                    {
                        viewers[key] = fold = new Fold(entry.Time);
                    }

                    fold.Add(entry, record, id);
                }
            }

            cursor = page.Next;
        } while (cursor is not null);

        return new PatientViewsReport(
            [
                .. viewers
                    .Select(static pair => pair.Value.ToView(pair.Key.Who, pair.Key.IsClient))
                    .OrderByDescending(static view => view.Last)
                    .ThenBy(static view => view.Who, StringComparer.Ordinal),
            ],
            records,
            accountable
        );
    }

    // As the accounting takes them; a body that cannot be read counts, until somebody has looked.
    private static bool IsAccounted(AuditEntry entry, AuditRecord? record, WorkingSet set) =>
        (entry.Kind == AuditKind.Disclosure || (entry.Kind == AuditKind.Outcome && record is { ResourceCount: > 0 }))
        && AccountingClass.IsAccounted(
            record?.Accounting ?? AccountingClass.Of(record?.Purpose, AccountingFold.IsOwn(set, record?.Organization))
        );

    // The newest record comes first.
    private sealed class Fold(DateTimeOffset last)
    {
        private readonly SortedSet<string> _purposes = new(StringComparer.Ordinal);
        private readonly GroundFold _ground = new();
        private long _allowed;
        private long _refused;

        public void Add(AuditEntry entry, AuditRecord? record, string patient)
        {
            _allowed += entry.Decision == "permit" ? 1 : 0;
            _refused += entry.Decision == "deny" ? 1 : 0;
            if (record is null)
            {
                return;
            }

            if (record.Purpose is { Length: > 0 } purpose)
            {
                _purposes.Add(purpose);
            }

            // Of what was refused, nothing rested on it.
            if (entry.Decision == "permit")
            {
                _ground.Add(record, patient);
            }
        }

        public PatientView ToView(string who, bool isClient) =>
            new(who, isClient, _allowed, _refused, string.Join(", ", _purposes), last, _ground.Of());
    }
}

/// <summary>Who saw a patient.</summary>
/// <param name="Viewers">The latest first.</param>
/// <param name="Records">How many records name the patient.</param>
/// <param name="Accountable">How many of them are disclosures that must be accounted for.</param>
public sealed record PatientViewsReport(IReadOnlyList<PatientView> Viewers, long Records, long Accountable);

/// <summary>One client or person who saw the patient, or tried.</summary>
/// <param name="Who">Client or person.</param>
/// <param name="IsClient">Whether it is a client.</param>
/// <param name="Allowed">How many records are of something that was allowed.</param>
/// <param name="Refused">How many are of something that was refused.</param>
/// <param name="Purposes">For what.</param>
/// <param name="Last">The last time.</param>
/// <param name="Ground">On what that rested which was allowed.</param>
public sealed record PatientView(
    string Who,
    bool IsClient,
    long Allowed,
    long Refused,
    string Purposes,
    DateTimeOffset Last,
    DisclosureGround Ground
);
