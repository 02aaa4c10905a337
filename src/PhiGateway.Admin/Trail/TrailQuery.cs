using System.Globalization;
using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Trail;

/// <summary>A search of the audit trail as asked for; the patient never stands in a URL.</summary>
/// <param name="From">From this moment on.</param>
/// <param name="To">Before this moment.</param>
/// <param name="Client">Registered client.</param>
/// <param name="Tenant">Tenant; required with a patient, where <c>*</c> means each of them.</param>
/// <param name="Patient">Logical id of a patient; in a body or the header only. PHI.</param>
/// <param name="Withheld">With a patient: what was withheld of that patient, in the place of what left; null: what left.</param>
/// <param name="Decision">permit, deny, error or unknown (a write of which nobody knows what became of it).</param>
/// <param name="Reason">Code of a deny reason.</param>
/// <param name="Kind">Kind of record, such as disclosure.</param>
/// <param name="Id">Decision or request id: the record and those that belong to it.</param>
/// <param name="Actor">Person, for admin records.</param>
/// <param name="Organization">Organization of the use case.</param>
/// <param name="UseCase">Use case under which it was decided.</param>
/// <param name="Type">FHIR resource type asked for.</param>
/// <param name="Interaction">FHIR interaction, such as search-type.</param>
/// <param name="Purpose">One purpose code among those that counted.</param>
/// <param name="Token">A token's <c>jti</c>, or the SHA-256 of the token in hex.</param>
/// <param name="Peer">Address that the call came from, or a network such as <c>203.0.113.0/24</c>.</param>
/// <param name="Task">Id of the task that the token was given for.</param>
/// <param name="Agreement">Agreement: records that name it; of older ones, those of the use cases that stand under it now.</param>
/// <param name="Through">Who acted in between (RFC 8693 <c>act</c>), by its client id at the issuer.</param>
/// <param name="Event">What happened: one name, such as client.approve, or all of a thing, as client.*.</param>
/// <param name="Resource">A resource as <c>Type/id</c>, released or written; in a body only. PHI.</param>
/// <param name="Limit">1 to 500; default 50.</param>
/// <param name="Cursor">Place of the page.</param>
public sealed record TrailQuery(
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    string? Client = null,
    string? Tenant = null,
    string? Patient = null,
    bool? Withheld = null,
    string? Decision = null,
    string? Reason = null,
    AuditKind? Kind = null,
    Guid? Id = null,
    string? Actor = null,
    string? Organization = null,
    string? UseCase = null,
    string? Type = null,
    string? Interaction = null,
    string? Purpose = null,
    string? Token = null,
    string? Peer = null,
    string? Task = null,
    string? Agreement = null,
    string? Through = null,
    string? Event = null,
    string? Resource = null,
    int? Limit = null,
    string? Cursor = null
)
{
    /// <summary>Why somebody looks, in words for the record of the look; null: it was not asked.</summary>
    internal string? Why { get; init; }

    /// <summary>Instead of a tenant's name: each of them.</summary>
    internal const string Every = "*";

    /// <summary>Whether something is asked for that only the record of a request itself can have.</summary>
    internal bool IsOfRequest => (Organization ?? UseCase ?? Type ?? Interaction ?? Purpose) is not null;

    // Copied out of a resource it comes with its type.
    internal string? PatientId
    {
        get
        {
            const string Type = "Patient/";
            var id = Patient?.StartsWith(Type, StringComparison.Ordinal) == true ? Patient[Type.Length..] : Patient;
            return id is not null && Policy.Vocabulary.PatientId.TryParse(id, out _) ? id : null;
        }
    }

    /// <summary>The store's form, with the patient as pseudonym.</summary>
    /// <param name="pseudonym">Makes the pseudonyms.</param>
    /// <param name="tenants">Every tenant there is, for a search over all of them.</param>
    internal Outcome<AuditQuery> ToStore(IPatientPseudonym? pseudonym, IReadOnlyCollection<string> tenants)
    {
        if (Limit is < 1 or > PageRequest.Most)
        {
            return AdminProblem.BadParameter("limit", $"a number from 1 to {PageRequest.Most} is expected.");
        }

        if (From >= To)
        {
            return AdminProblem.BadParameter("to", "it must be after 'from'.");
        }

        if (Decision is not (null or "permit" or "deny" or "error" or "unknown"))
        {
            return AdminProblem.BadParameter("decision", "permit, deny, error or unknown is expected.");
        }

        if (Patient is not null && PatientId is null)
        {
            return AdminProblem.BadParameter("patient", "a patient's logical id is expected, with or without 'Patient/' before it.");
        }

        if (Patient is not null && (Tenant is null || pseudonym is null || (Tenant == Every && tenants.Count == 0)))
        {
            return AdminProblem.BadParameter("tenant", "a patient is looked for within one tenant, or within each with '*'.");
        }

        if (Withheld is not null && Patient is null)
        {
            return AdminProblem.BadParameter("withheld", "what was withheld is looked for by the patient whom it concerns.");
        }

        if (Reason is not null && DenyReason.Find(Reason) is null)
        {
            return AdminProblem.BadParameter("reason", "there is no such reason of a refusal.");
        }

        if (Purpose is not null && !PurposeOfUse.TryParse(Purpose, out _))
        {
            return AdminProblem.BadParameter("purpose", "there is no such purpose of use.");
        }

        if (Event is not null && !TrailEvents.IsName(Event))
        {
            return AdminProblem.BadParameter("event", TrailEvents.Expected);
        }

        var within = Tenant == Every ? tenants : [Tenant ?? string.Empty];
        return new AuditQuery
        {
            From = From,
            To = To,
            Client = Client,
            Tenant = Tenant == Every ? null : Tenant,
            PatientKeys = Patient is null ? [] : [.. within.Select(tenant => KeyOf(pseudonym!, tenant))],
            Decision = Decision,
            Reason = Reason,
            Kind = Kind,
            IsOfNoRequest = Event is not null && TrailEvents.IsOfNoRequest(Event),
            Id = Id,
            Actor = Actor,
            Organization = Organization,
            UseCase = UseCase,
            ResourceType = Type,
            Interaction = Interaction,
            Purpose = Purpose is not null && PurposeOfUse.TryParse(Purpose, out var purpose) ? purpose.Code : null,
            Limit = Limit ?? PageRequest.Default,
            Cursor = Cursor,
        };
    }

    private string KeyOf(IPatientPseudonym pseudonym, string tenant) =>
        Withheld == true ? pseudonym.OfWithheld(tenant, PatientId!) : pseudonym.Of(tenant, PatientId!);

    /// <summary>The query in words for the record of its use; the patient stands in the record's own field.</summary>
    internal string Describe() =>
        string.Join(
            ' ',
            new[]
            {
                Part("from", From?.ToString("O", CultureInfo.InvariantCulture)),
                Part("to", To?.ToString("O", CultureInfo.InvariantCulture)),
                Part("client", Client),
                Part("tenant", Tenant),
                Patient is null ? null : "patient=yes",
                Part("withheld", Withheld is true ? "true" : null),
                Part("decision", Decision),
                Part("reason", Reason),
                Part("kind", Kind is { } kind ? JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString()) : null),
                Part("id", Id?.ToString()),
                Part("actor", Actor),
                Part("organization", Organization),
                Part("use_case", UseCase),
                Part("type", Type),
                Part("interaction", Interaction),
                Part("purpose", Purpose),
                Token is null ? null : "token=yes",
                Part("peer", Peer),
                Task is null ? null : "task=yes",
                Part("agreement", Agreement),
                Through is null ? null : "through=yes",
                Part("event", Event),
                Resource is null ? null : "resource=yes",
                Part("why", Why),
                Part("page", Cursor is null ? null : "next"),
            }.Where(static part => part is not null)
        );

    private static string? Part(string name, string? value) =>
        value is null ? null : $"{name}={(value.Length <= 128 ? value : value[..128] + "…")}";
}
