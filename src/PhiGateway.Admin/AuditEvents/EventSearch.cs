using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>Reads and searches the trail as AuditEvents; each is itself on record before anything of its answer leaves.</summary>
internal sealed class EventSearch(
    IAuditStore store,
    IAuditJournal journal,
    AdminJournal records,
    WorkingSetSource sets,
    AdminOptions options,
    IPatientPseudonym? pseudonym = null
)
{
    /// <summary>One event.</summary>
    public async Task<Outcome<FhirEvent>> ReadAsync(AdminCall call, string id)
    {
        if (!Guid.TryParseExact(id.Split(EventFactory.Part)[0], "D", out var record))
        {
            return AdminProblem.NotFound("AuditEvent");
        }

        await RecordAsync(call, "audit.fhir-read", "id=" + record.ToString("D"), null, null);
        var page = await store.QueryAsync(new AuditQuery { Id = record, Limit = PageRequest.Most }, call.Cancelled);
        var found = page.Entries.Where(entry => entry.Id == record).SelectMany(EventsOf).FirstOrDefault(one => one.Id == id);
        return found is null ? AdminProblem.NotFound("AuditEvent") : found;
    }

    /// <summary>One page, newest first.</summary>
    public async Task<Outcome<EventPage>> SearchAsync(AdminCall call, EventQuery query)
    {
        var set = await sets.GetAsync(call.Cancelled);
        IReadOnlyList<string> tenants = query.Site is { } site
            ? [site]
            :
            [
                .. set.All<UseCase>(RegistryKind.UseCase)
                    .SelectMany(static useCase => useCase.Tenants)
                    .Concat(options.Names?.Tenants ?? Enumerable.Empty<string>())
                    .Distinct(StringComparer.Ordinal),
            ];
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

        // By the index where there is one: a client of the registry's, else whoever acted.
        var narrowed = query.Agents switch
        {
            [var only] when set.Find(RegistryKind.Client, only) is not null => new AuditQuery { Client = only },
            [var only] when only.Contains('@', StringComparison.Ordinal) => new AuditQuery { Actor = only },
            _ => new AuditQuery(),
        };
        AuditPage page;
        try
        {
            page = await store.QueryAsync(query.ToStore(keys, narrowed), call.Cancelled);
        }
        catch (AuditCursorException)
        {
            return AdminProblem.BadParameter("_page", "it does not belong to this search.");
        }

        // A record makes an event for each patient: what does not fit goes on the next page.
        var events = page
            .Entries.Where(entry => query.Id is null || entry.Id.ToString("D") == query.Id.Split(EventFactory.Part)[0])
            .SelectMany(EventsOf)
            .Where(query.Covers)
            .ToList();
        var shown = events.Skip(query.Place.Skip).Take(query.Count).ToList();
        var behind = query.Place.Skip + shown.Count;
        var isMore = behind < events.Count;
        var place = isMore ? query.Place with { Skip = behind } : null;
        return new EventPage(shown, place ?? (page.Next is { } next ? new EventPlace(next, 0) : null));
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
