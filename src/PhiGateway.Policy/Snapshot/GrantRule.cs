using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>Whose data a compiled grant covers.</summary>
internal enum PatientReach : byte
{
    /// <summary>Nobody's: only types that are no one's record.</summary>
    None,
    Any,
    Roster,
    Context,
    Task,
}

/// <summary>One grant of a use case, compiled; immutable.</summary>
internal sealed class GrantRule
{
    private static readonly InteractionSet Showing = InteractionSet.Of(
        Interaction.Read,
        Interaction.VRead,
        Interaction.SearchType,
        Interaction.SearchSystem,
        Interaction.HistoryInstance,
        Interaction.HistoryType,
        Interaction.HistorySystem,
        Interaction.Export
    );

    /// <summary>Such as <c>lab-results/1</c>; the number counts from one.</summary>
    internal required string Rule { get; init; }

    internal required ResourceTypeSet Types { get; init; }

    internal required InteractionSet Interactions { get; init; }

    internal required string[] Operations { get; init; }

    internal required string[] Includes { get; init; }

    internal required PatientReach Reach { get; init; }

    /// <summary>Roster id, for <see cref="PatientReach.Roster"/>.</summary>
    internal string? Roster { get; init; }

    /// <summary>By what it covers somebody, in words for the record; of a task the task itself says it.</summary>
    internal string Coverage =>
        field ??= Reach switch
        {
            PatientReach.Any => "any",
            PatientReach.Roster => "roster/" + Roster,
            PatientReach.Context => "context",
            PatientReach.Task => "task",
            _ => "nobody",
        };

    internal required Confidentiality Ceiling { get; init; }

    /// <summary>Labels let out in spite of being sensitive; a null system means any named system.</summary>
    internal required TokenValue[] Labels { get; init; }

    internal required TokenConstraint[] Where { get; init; }

    /// <summary>The same conditions as search parameters, one for one.</summary>
    internal required KeyValuePair<string, string>[] WhereParameters { get; init; }

    internal required ElementSet Elements { get; init; }

    internal required bool MayRelabel { get; init; }

    /// <summary>Whether it lets anything out: by some way of reading or by an operation, and not by writes alone.</summary>
    internal bool ShowsRecords => Operations.Length > 0 || !Interactions.Intersect(Showing).IsEmpty;

    /// <summary>Whether it permits a named operation on a type.</summary>
    internal bool PermitsOperation(ResourceType type, string? operation) =>
        operation is not null && Types.Contains(type) && Array.IndexOf(Operations, operation) >= 0;

    /// <summary>Whether a security label may leave under this grant.</summary>
    internal bool PermitsLabel(in SecurityLabel label)
    {
        foreach (var permitted in Labels)
        {
            if (PermitsLabel(permitted, label))
            {
                return true;
            }
        }

        return false;
    }

    // A coding without a system is matched by no permission: what it means is anyone's guess. A group of ActCode covers its members, no
    // other system has groups.
    internal static bool PermitsLabel(in TokenValue permitted, in SecurityLabel label) =>
        !string.IsNullOrEmpty(label.System)
        && (
            permitted.Matches(label.System, label.Code)
            || (
                label.System == ActCodes.System
                && permitted is { System: null or ActCodes.System, Code: { } group }
                && ActCodes.IsWithin(label.Code, group)
            )
        );
}
