using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Something that the gateway must do for a permit to hold; each kind is a record of its own, with the class that fulfils it. Narrowing is
/// a courtesy to the upstream, the filter is the guarantee.
/// </summary>
public abstract record Obligation
{
    private protected Obligation(string name) => Name = name;

    /// <summary>Name in records and cases.</summary>
    public string Name { get; }
}

/// <summary>Search parameters added as a separate AND before forwarding.</summary>
/// <param name="Added">Name and value pairs, decoded; values keep FHIR's own escaping of comma, bar and dollar.</param>
public sealed record NarrowSearch(IReadOnlyList<KeyValuePair<string, string>> Added) : Obligation("narrow-search")
{
    /// <summary>
    /// Patients to whom the search is confined, one of them per record: the language layer writes the type's owner parameter with these as
    /// alternatives. Empty: not confined.
    /// </summary>
    public IReadOnlyList<Vocabulary.PatientId> Patients { get; init; } = [];

    /// <summary>The part that is narrowed.</summary>
    public AccessPart? Part { get; init; }
}

/// <summary>Searches are confined to the tenant's own records by a separate AND, and every record must carry the tag.</summary>
/// <param name="Tag">System and code.</param>
public sealed record ConfineToTenant(Vocabulary.TokenValue Tag) : Obligation("confine-to-tenant");

/// <summary>
/// What chains walk over is looked up first, by searches that are decided, narrowed and judged like the client's own; what they find
/// stands in the chains' place. No chain goes upstream.
/// </summary>
public sealed record ResolveWalks() : Obligation("resolve-walks");

/// <summary>What stands for all includes of a type goes upstream as those that are permitted.</summary>
/// <param name="Includes">Their values, such as <c>Encounter:subject</c>.</param>
public sealed record NameIncludes(IReadOnlyList<string> Includes) : Obligation("name-includes");

/// <summary>Only the elements of the minimum-necessary profile leave, some of them masked.</summary>
public sealed record KeepElements() : Obligation("keep-elements");

/// <summary>Resources above the ceiling or with a label not permitted are withheld.</summary>
public sealed record WithholdLabelled() : Obligation("withhold-labelled");

/// <summary>Resources of patients outside the roster, context or task are withheld.</summary>
public sealed record WithholdOutsideRoster() : Obligation("withhold-outside-roster");

/// <summary>No more records than this in one answer.</summary>
public sealed record LimitRecords(int Most) : Obligation("limit-records");

/// <summary>One use of each of these tasks is taken before the request goes upstream; where none is left, it does not go.</summary>
/// <param name="Uses">Each task once.</param>
public sealed record CountTaskUses(IReadOnlyList<Registry.TaskUse> Uses) : Obligation("count-task-uses");

/// <summary>The client must have given a justification, and it must be on record.</summary>
public sealed record RequireJustification() : Obligation("require-justification");

/// <summary>The owner is told of an emergency use before the request goes upstream.</summary>
public sealed record NotifyOwner() : Obligation("notify-owner");
