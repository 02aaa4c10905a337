using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Proof.Evidence;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Makes bundles of evidence over several accesses, those of one patient or of one case, from the logs that this node keeps; on record before
/// it looks.
/// </summary>
/// <remarks>
/// Of a patient: the records that name the patient, and of what belongs to them the outcomes and deliveries; a part of an answer that was
/// only about others stays out. What is not in the bundle is counted in it.
/// </remarks>
internal sealed class TrailBundles(
    IAuditStore store,
    TrailSearch search,
    WorkingSetSource sets,
    TimeProvider clock,
    ProverSet? provers = null
)
{
    private const long MostBytes = 64 * 1024 * 1024;

    private static readonly AdminProblem TooMany = AdminProblem.Conflict(
        "answer-too-large",
        $"More than {CaseBundle.MostRecords} records or {MostBytes >> 20} MiB belong to it; none is shown, since a part would prove something else. Ask for shorter times."
    );

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>The bundle, or a refusal; never a part without saying so.</summary>
    public async Task<Outcome<EvidenceReport>> MakeAsync(AdminCall call, EvidenceQuery query)
    {
        if (provers is null)
        {
            return AdminProblem.NotFound("log");
        }

        if (query.Problem() is { } problem)
        {
            return problem;
        }

        // Records by their ids alone, or by alerts, are of any patient: the auditors', as a search without a patient is.
        if (query.Patient is null && !call.Caller.HasAny([AdminRoles.Auditor]))
        {
            return AdminProblem.Forbidden("Evidence of single records, alerts and cases is for auditors: name the patient and the tenant.");
        }

        var found = new Found(call.RequestId);
        var refused = query.Patient is null ? await OfCaseAsync(call, query, found) : await OfPatientAsync(call, query, found);
        if (refused is not null)
        {
            return refused;
        }

        return found.IsTooLarge ? TooMany : Bundle(query, found);
    }

    private async Task<AdminProblem?> OfPatientAsync(AdminCall call, EvidenceQuery query, Found found)
    {
        var asked = new TrailQuery(query.From, query.To, Tenant: query.Tenant, Patient: query.Patient) { Why = query.Why };
        if ((await search.BeginAsync(call, asked, "audit.evidence")).Failed(out var problem, out var inStore))
        {
            return problem;
        }

        string? cursor = null;
        do
        {
            var page = await store.QueryAsync(inStore with { Limit = PageRequest.Most, Cursor = cursor }, call.Cancelled);
            found.Add(page.Entries);
            cursor = found.IsTooLarge ? null : page.Next;
        } while (cursor is not null);
        foreach (var name in found.Names)
        {
            if (found.IsTooLarge)
            {
                break;
            }

            var family = await TrailFamily.ReadAsync(store, name, call.Cancelled, MostBytes);
            if (family.IsCut)
            {
                return TrailFamily.TooMany;
            }

            var whole = await TrailDelivery.WithAsync(store, family.Entries, call.Cancelled);
            found.Add(whole.Where(static entry => entry.Kind is AuditKind.Outcome or AuditKind.Delivery));
        }

        return null;
    }

    private async Task<AdminProblem?> OfCaseAsync(AdminCall call, EvidenceQuery query, Found found)
    {
        var ids = query.Ids;
        var of = query.Case is null ? $"alerts={query.Alerts?.Count}" : $"case={query.Case}";
        var note = ids is null ? of : $"ids={ids.Count}";
        await search.RecordAsync(call, "audit.evidence", query.Why is null ? note : $"{note} why={query.Why}", null, null);
        if (ids is null)
        {
            var set = await sets.GetAsync(call.Cancelled);
            var shown = query.Case is null ? query.Alerts : set.Find<AlertCase>(RegistryKind.Case, query.Case)?.Alerts;
            if (shown is null)
            {
                return AdminProblem.NotFound("case");
            }

            var alerts = shown.Select(id => set.Find<Alert>(RegistryKind.Alert, id)).ToList();
            if (alerts.Contains(null))
            {
                return AdminProblem.NotFound("alert");
            }

            ids = [.. alerts.SelectMany(static alert => alert!.Records).Select(IdOf).Where(static id => id != Guid.Empty)];
        }

        foreach (var id in ids.Distinct())
        {
            if (found.IsTooLarge)
            {
                break;
            }

            var family = await TrailFamily.ReadAsync(store, id, call.Cancelled, MostBytes);
            if (family.Entries.Count == 0 || family.IsCut)
            {
                return family.IsCut ? TrailFamily.TooMany : AdminProblem.NotFound("record");
            }

            found.Add(await TrailDelivery.WithAsync(store, family.Entries, call.Cancelled));
        }

        return found.Count == 0 ? AdminProblem.Conflict("no-records", "The alerts name no record of the trail.") : null;
    }

    private Outcome<EvidenceReport> Bundle(EvidenceQuery query, Found found)
    {
        var bundle = new CaseBundle(provers!);
        try
        {
            var files = bundle.Make(found.Entries);
            var request = new JsonObject
            {
                ["made"] = clock.GetUtcNow().ToString("O"),
                ["by"] = provers!.Own.Log,
                ["patient"] = query.Patient,
                ["tenant"] = query.Tenant,
                ["from"] = query.From?.ToString("O"),
                ["to"] = query.To?.ToString("O"),
                ["case"] = query.Case,
                ["alerts"] = query.Alerts is null ? null : new JsonArray([.. query.Alerts.Select(static id => (JsonNode)id)]),
                ["ids"] = query.Ids is null ? null : new JsonArray([.. query.Ids.Select(static id => (JsonNode)id.ToString("D"))]),
                ["why"] = query.Why,
                ["records"] = bundle.Count,
                ["uncovered"] = bundle.Uncovered,
                ["elsewhere"] = new JsonObject(bundle.Elsewhere.Select(static log => KeyValuePair.Create(log.Key, (JsonNode?)log.Value))),
            };
            return bundle.Count == 0
                ? NothingHere(bundle)
                : new EvidenceReport([.. files, new EvidenceFile("request.json", JsonSerializer.SerializeToUtf8Bytes(request, Readable))]);
        }
        catch (InvalidDataException fault)
        {
            return AdminProblem.Conflict("log-contradicts", fault.Message);
        }
    }

    private static Guid IdOf(string text) => Guid.TryParse(text, out var id) ? id : Guid.Empty;

    private static AdminProblem NothingHere(CaseBundle bundle)
    {
        if (bundle.Uncovered > 0)
        {
            return AdminProblem.Conflict("not-under-checkpoint", "No checkpoint covers it yet: a running node signs one each second.");
        }

        return bundle.Elsewhere.Count > 0
            ? AdminProblem.Conflict(
                "other-node",
                $"The records stand in {string.Join(", ", bundle.Elsewhere.Keys)}: ask the nodes that write them."
            )
            : AdminProblem.NotFound("record");
    }

    /// <summary>Records, each once, without those of the call itself.</summary>
    private sealed class Found(Guid request)
    {
        private readonly Dictionary<(string Log, long Sequence), AuditEntry> _entries = [];
        private long _bytes;

        public IEnumerable<AuditEntry> Entries => _entries.Values;

        public int Count => _entries.Count;

        // All of them are in memory until the bundle is written.
        public bool IsTooLarge => _entries.Count > CaseBundle.MostRecords || _bytes > MostBytes;

        /// <summary>The accesses that they belong to.</summary>
        public IReadOnlyList<Guid> Names =>
            [
                .. _entries
                    .Values.Where(static entry => entry.Kind is AuditKind.Disclosure or AuditKind.Intent)
                    .Select(static entry => entry.ParentId == Guid.Empty ? entry.Id : entry.ParentId)
                    .Distinct(),
            ];

        public void Add(IEnumerable<AuditEntry> entries)
        {
            foreach (var entry in entries.Where(entry => entry.Id != request && entry.ParentId != request))
            {
                if (_entries.TryAdd((entry.Log, entry.Sequence), entry))
                {
                    _bytes += entry.Body.Length;
                }
            }
        }
    }
}
