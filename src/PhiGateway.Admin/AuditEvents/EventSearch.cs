using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>Reads and searches the trail as AuditEvents; each is itself on record before anything of its answer leaves.</summary>
internal sealed class EventSearch(
    IAuditStore store,
    IAuditJournal journal,
    AdminJournal records,
    WorkingSetSource sets,
    TrailNames names,
    TrailProofs proofs,
    IPatientPseudonym? pseudonym = null
)
{
    // Pages of the store's, rows, and bytes of them, that one call looks at where the store cannot say what fits: the next page goes on
    // behind them. Pages are counted too since who asks for one event at a time asks the store for one row each time.
    private const int MostPages = 100;
    private const int MostLooked = 5000;
    private const long MostBytes = 8 * 1024 * 1024;

    /// <summary>One event.</summary>
    public async Task<Outcome<FhirEvent>> ReadAsync(AdminCall call, string id)
    {
        if (!Guid.TryParseExact(id.Split(EventFactory.Part)[0], "D", out var record))
        {
            return AdminProblem.NotFound("AuditEvent");
        }

        await RecordAsync(call, "audit.fhir-read", "id=" + record.ToString("D"), null, null);

        // What belongs to it is newer: the parts of a batch, and their deliveries.
        var family = await TrailFamily.ReadAsync(store, record, call.Cancelled);
        if (proofs.Choose(family, record) is { } chosen && EventsOf(chosen.Record).FirstOrDefault(one => one.Id == id) is { } found)
        {
            return found;
        }

        return family.IsCut ? TrailFamily.TooMany : AdminProblem.NotFound("AuditEvent");
    }

    /// <summary>One page, newest first.</summary>
    public async Task<Outcome<EventPage>> SearchAsync(AdminCall call, EventQuery query)
    {
        var set = await sets.GetAsync(call.Cancelled);
        IReadOnlyCollection<string> tenants = query.Site is { } site ? [site] : [];
        if (query is { Site: null, Patient: not null })
        {
            if ((await names.TenantsAsync("site", call.Cancelled)).Failed(out var refused, out var every))
            {
                return refused;
            }

            tenants = every;
        }

        if (query.Patient is not null && (pseudonym is null || tenants.Count == 0))
        {
            return AdminProblem.BadParameter("site", "a patient is looked for within a tenant, and none is known.");
        }

        var keys = query.Patient is { } patient ? tenants.Select(tenant => pseudonym!.Of(tenant, patient)).ToList() : [];

        // One for each tenant that was looked into, so that the patient's own trail has it everywhere.
        var isFirst = true;
        foreach (var tenant in query.Patient is null ? [query.Site] : tenants.Cast<string?>())
        {
            await RecordAsync(call, "audit.fhir-search", query.Words, tenant, query.Patient, isFirst);
            isFirst = false;
        }

        try
        {
            return await PageAsync(query, keys, NarrowingOf(query.Agents, set), call.Cancelled);
        }
        catch (AuditCursorException)
        {
            return AdminProblem.BadParameter("_page", "it does not belong to this search.");
        }
    }

    // By the index where there is one: a registered client's own calls, or what an administrator of that name did. A bare name may be that of a
    // person with a token, of a server behind, or of a hop through which others called, whom no index knows.
    private static AuditQuery NarrowingOf(IReadOnlyList<string> agents, WorkingSet set)
    {
        const string Client = EventAgents.ClientSystem + "|";
        const string Person = EventAgents.PersonSystem + "|";
        if (agents is not [var only])
        {
            return new AuditQuery();
        }

        if (only.StartsWith(Person, StringComparison.Ordinal))
        {
            return new AuditQuery { Actor = only[Person.Length..] };
        }

        if (only.StartsWith(Client, StringComparison.Ordinal) && set.Find(RegistryKind.Client, only[Client.Length..]) is not null)
        {
            return new AuditQuery { Client = only[Client.Length..] };
        }

        return new AuditQuery();
    }

    // A record makes an event for each patient: what does not fit goes on the next page.
    private async Task<EventPage> PageAsync(
        EventQuery query,
        IReadOnlyList<string> keys,
        AuditQuery narrowed,
        CancellationToken cancellationToken
    )
    {
        var asked = query.ToStore(keys, narrowed);
        var (shown, place) = (new List<FhirEvent>(), query.Place);
        var (pages, looked, bytes) = (0, 0, 0L);
        while (true)
        {
            var page = await store.QueryAsync(asked with { Cursor = place.Cursor }, cancellationToken);
            var events = page
                .Entries.Where(entry => query.Id is null || entry.Id.ToString("D") == query.Id.Split(EventFactory.Part)[0])
                .SelectMany(EventsOf)
                .Where(query.Covers)
                .ToList();
            var before = shown.Count;
            shown.AddRange(events.Skip(place.Skip).Take(query.Count - before));
            var behind = place.Skip + shown.Count - before;
            if (behind < events.Count)
            {
                return new EventPage(shown, place with { Skip = behind });
            }

            if (page.Next is not { } next)
            {
                return new EventPage(shown, null);
            }

            place = new EventPlace(next, 0);
            pages++;
            looked += page.Entries.Count;
            bytes += page.Entries.Sum(static entry => (long)entry.Body.Length);
            if (shown.Count >= query.Count || pages >= MostPages || looked >= MostLooked || bytes >= MostBytes)
            {
                return new EventPage(shown, place);
            }
        }
    }

    private static IReadOnlyList<FhirEvent> EventsOf(AuditEntry entry) =>
        EventFactory.Make(entry, (entry.IsDestroyed ? null : entry.Read()) ?? entry.WhatRemains());

    private async Task RecordAsync(AdminCall call, string @event, string note, string? tenant, string? patient, bool isFirst = true)
    {
        var parent = isFirst ? Guid.Empty : call.RequestId;
        var record = records.Create(call, @event, "audit", isFirst ? call.RequestId : Guid.CreateVersion7(), parent, AuditKind.AuditUse);
        record.Tenant = tenant;
        record.Patients = patient is null ? [] : [patient];
        record.Note = note;
        await journal.AppendAsync(record);
    }
}
