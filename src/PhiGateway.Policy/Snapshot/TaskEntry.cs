using System.Diagnostics.CodeAnalysis;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>
/// One task grant, compiled: one patient, perhaps one resource, until a moment in UTC ticks, perhaps for a number of uses; perhaps for
/// calls alone whose token names it.
/// </summary>
/// <remarks>A class: every decision would have room for its hundred bytes, and copy them to see whether there is one.</remarks>
internal sealed record TaskEntry(string Task, PatientId Patient, ResourceType Type, string? Id, long Until, int? MaxUses)
{
    /// <summary>Calls whose token does not name it are not covered.</summary>
    internal bool ByToken { get; init; }

    /// <summary>The only tenant; null: any.</summary>
    internal string? Tenant { get; init; }

    /// <summary>Empty: any.</summary>
    internal InteractionSet Interactions { get; init; }

    /// <summary>Empty: any.</summary>
    internal ResourceTypeSet Types { get; init; }

    /// <summary>By what it covers its patient, in words for the record.</summary>
    internal string Coverage => "task/" + Task;

    /// <summary>Reads a task grant that is not closed; false when patient, resource, types or interactions are not exactly right.</summary>
    internal static bool TryRead(TaskGrant grant, [NotNullWhen(true)] out TaskEntry? entry)
    {
        entry = null;
        if (!PatientId.TryParse(grant.Patient, out var patient))
        {
            return false;
        }

        var type = default(ResourceType);
        string? id = null;
        if (grant.Resource is { } resource)
        {
            var slash = resource.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0 || !ResourceType.TryParse(resource.AsSpan(0, slash), out type) || !FhirId.IsValid(resource.AsSpan(slash + 1)))
            {
                return false;
            }

            id = resource[(slash + 1)..];
        }

        if (!TryReadAction(grant, out var interactions, out var types))
        {
            return false;
        }

        entry = new TaskEntry(grant.Id, patient, type, id, grant.Expires.UtcTicks, grant.MaxUses)
        {
            ByToken = grant.ByToken,
            Tenant = grant.Tenant,
            Interactions = interactions,
            Types = types,
        };
        return true;
    }

    internal bool IsLive(long ticks) => ticks < Until;

    /// <summary>Whether the task covers this patient's resource; without an id only a task for all of the patient does.</summary>
    internal bool Covers(PatientId patient, ResourceType type, string? id, long ticks) =>
        IsLive(ticks)
        && Patient == patient
        && (Id is null || (Type == type && string.Equals(Id, id, StringComparison.Ordinal)))
        && (Types.IsEmpty || Types.Contains(type));

    /// <summary>Whether an action is part of it; what it names no types or interactions of it leaves to the grants.</summary>
    internal bool Permits(Interaction interaction, ResourceType type) =>
        (Interactions.IsEmpty || Interactions.Contains(interaction)) && (Types.IsEmpty || Types.Contains(type));

    // What only some calls could be held to would be no limit: a task that covers every call of its client has no action of its own.
    private static bool TryReadAction(TaskGrant grant, out InteractionSet interactions, out ResourceTypeSet types)
    {
        (interactions, types) = (default, default);
        foreach (var word in grant.Interactions)
        {
            if (!InteractionWords.TryParse(word, out var known))
            {
                return false;
            }

            interactions = interactions.Union(known);
        }

        foreach (var name in grant.Types)
        {
            if (!ResourceType.TryParse(name.AsSpan(), out var type))
            {
                return false;
            }

            types = types.With(type);
        }

        return grant.ByToken || (grant.Tenant is null && grant.UseCase is null && grant.Interactions.Count == 0 && grant.Types.Count == 0);
    }
}
