using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>
/// A search for AuditEvents (IHE ITI-81): what narrows the store's records, and what each event made of them must be besides.
/// </summary>
internal sealed record EventQuery
{
    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    /// <summary>Logical id of a patient. PHI.</summary>
    public string? Patient { get; init; }

    /// <summary>Tenant.</summary>
    public string? Site { get; init; }

    /// <summary>Identifier of anybody who took part; each of them.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>Id of one event.</summary>
    public string? Id { get; init; }

    public int Count { get; init; } = 50;

    /// <summary>Where the page begins.</summary>
    public EventPlace Place { get; init; } = EventPlace.Start;

    /// <summary>What else an event must be; each of them.</summary>
    public IReadOnlyList<Func<FhirEvent, bool>> Conditions { get; init; } = [];

    /// <summary>Words for the record, without the patient.</summary>
    public string Words { get; init; } = string.Empty;

    /// <summary>Whether an event of a record is one that was asked for.</summary>
    public bool Covers(FhirEvent of) =>
        (Id is null || of.Id == Id)
        && (Patient is null || of.Entities.Any(entity => entity.Reference == "Patient/" + Patient))
        && Agents.All(value => of.Agents.Any(agent => IsAgent(agent, value)))
        && Conditions.All(condition => condition(of));

    /// <summary>What the store is asked, from the first of its pages on.</summary>
    public AuditQuery ToStore(IReadOnlyList<string> patientKeys, AuditQuery narrowed) =>
        narrowed with
        {
            From = From,
            To = To,
            Tenant = patientKeys.Count > 0 ? null : Site,
            PatientKeys = patientKeys,
            Id = Id is { } id ? Guid.Parse(id.Split(EventFactory.Part)[0]) : null,
            Limit = Count,
        };

    private static bool IsAgent(FhirAgent agent, string value)
    {
        var bar = value.LastIndexOf('|');
        return bar < 0 ? agent.Value == value : agent.System == value[..bar] && agent.Value == value[(bar + 1)..];
    }
}
