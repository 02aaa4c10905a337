using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Changes;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests;

/// <summary>What a request asks for, in FHIR's terms; immutable. Everything that it could pull in is among its parts.</summary>
public sealed class FhirRequest
{
    private const string CountedAtOnce = "200";

    private IReadOnlyList<QueryParameter> _parameters = [];
    private IReadOnlyList<FhirRequest> _entries = [];

    /// <summary>The reading it came from.</summary>
    public required CanonicalRequest Canonical { get; init; }

    public required Interaction Interaction { get; init; }

    /// <summary>The type in the path (target type of a compartment search); none at system level.</summary>
    public ResourceType Type { get; init; }

    /// <summary>Logical id in the path, of the resource asked for.</summary>
    public string? Id { get; init; }

    public string? VersionId { get; init; }

    /// <summary>Operation name with its <c>$</c>.</summary>
    public string? Operation { get; init; }

    /// <summary>The operation changes what is stored; false by default.</summary>
    public bool OperationWrites { get; init; }

    /// <summary>For compartment searches: whose compartment, as type and id.</summary>
    public ResourceType CompartmentType { get; init; }

    /// <summary>Id of the compartment's resource; null without compartment.</summary>
    public string? CompartmentId { get; init; }

    /// <summary>The sealed handle of a page, an export job or an export file, as the gateway issued it; null otherwise.</summary>
    /// <remarks>A request with a handle has no parts of its own: who opens the seal decides the original request anew.</remarks>
    public string? Handle { get; init; }

    /// <summary>Query and form body, merged and judged together, in order; references are in canonical spelling.</summary>
    public IReadOnlyList<QueryParameter> Parameters
    {
        get => _parameters;
        init => _parameters = value;
    }

    /// <summary>Everything asked for or pulled in; what the decision point is shown.</summary>
    public required IReadOnlyList<AccessPart> Parts { get; init; }

    /// <summary>The body for writes, as received (validated JSON); empty for reads and for searches by form.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>For patches: what the patch means; null otherwise.</summary>
    public PatchMeaning? Patch { get; init; }

    /// <summary>
    /// For a patch that was applied over the stored version, and an update that keeps what it says nothing of: the resource as it would be;
    /// empty otherwise.
    /// </summary>
    public ReadOnlyMemory<byte> Patched { get; private set; }

    /// <summary>For an entry of a bundle: the <c>urn:uuid:</c> name by which other entries refer to it; null otherwise.</summary>
    public string? FullUrl { get; private set; }

    /// <summary>Whether a create on a condition in a transaction came to this read of what its condition matched.</summary>
    public bool IsFound { get; private set; }

    /// <summary>Entries of a batch or transaction, in order, each a whole request; empty otherwise.</summary>
    public IReadOnlyList<FhirRequest> Entries
    {
        get => _entries;
        init => _entries = value;
    }

    /// <summary>
    /// For an entry of a batch that could not be read: why not; it has no parts, no interaction and no way upstream. Null: it was read.
    /// </summary>
    public UnreadEntry? Unread { get; init; }

    /// <summary>
    /// The searches that a write hangs on: its own condition, and each conditional reference in its body. The gateway runs them itself;
    /// empty otherwise.
    /// </summary>
    public IReadOnlyList<WriteCondition> Conditions { get; init; } = [];

    /// <summary>Headers of the request that carry meaning.</summary>
    public FhirHeaders Headers { get; init; }

    /// <summary>
    /// The read of a Binary asks for what is in it, in a media type that it takes, rather than for the resource; false by default.
    /// </summary>
    public bool AsksContent { get; init; }

    /// <summary>The route template for records and metrics, free of PHI, such as <c>GET /Observation/{id}</c>.</summary>
    public required string Template { get; init; }

    /// <summary>Whether the interaction changes anything upstream.</summary>
    public bool IsWrite =>
        Interaction
            is Interaction.Create
                or Interaction.Update
                or Interaction.Patch
                or Interaction.Delete
                or Interaction.Batch
                or Interaction.Transaction
                or Interaction.ExportCancel
        || (Interaction == Interaction.Operation && OperationWrites);

    /// <summary>Whether only a count is asked for, which would count what the filter withholds.</summary>
    public bool IsCountOnly =>
        Interaction is Interaction.SearchType or Interaction.SearchSystem
        && (Parameter("_summary") == "count" || Parameter("_count")?.AsSpan().TrimStart('0').IsEmpty == true);

    /// <summary>The condition that says which resource a conditional create, update, patch or delete means; null otherwise.</summary>
    public WriteCondition? OwnCondition
    {
        get
        {
            for (var i = 0; i < Conditions.Count; i++)
            {
                if (Conditions[i].Reference is null)
                {
                    return Conditions[i];
                }
            }

            return null;
        }
    }

    /// <summary>Whether a media type (lower case, without parameters) is among those that the client takes.</summary>
    public bool Takes(string mediaType) => Headers.Accept is not { Length: > 0 } accept || HeaderGrammar.Allows(accept, mediaType);

    /// <summary>Whether FHIR's JSON is among the forms that the client takes.</summary>
    public bool TakesResources => HeaderGrammar.AllowsJson(Headers.Accept);

    /// <summary>The first value of a parameter by its exact name; null when it is not there.</summary>
    public string? Parameter(string name)
    {
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (string.Equals(Parameters[i].Name, name, StringComparison.Ordinal))
            {
                return Parameters[i].Value;
            }
        }

        return null;
    }

    /// <summary>The same request with other parameters: a search whose chains were looked up.</summary>
    internal FhirRequest With(IReadOnlyList<QueryParameter> parameters)
    {
        var changed = (FhirRequest)MemberwiseClone();
        changed._parameters = parameters;
        return changed;
    }

    /// <summary>The same request with its patch applied, or with the tags that it keeps: what goes upstream is the result.</summary>
    public FhirRequest WithPatched(ReadOnlyMemory<byte> result)
    {
        var patched = (FhirRequest)MemberwiseClone();
        patched.Patched = result;
        return patched;
    }

    /// <summary>The same batch with other entries in the places of its own.</summary>
    public FhirRequest WithEntries(IReadOnlyList<FhirRequest> entries)
    {
        var changed = (FhirRequest)MemberwiseClone();
        changed._entries = entries;
        return changed;
    }

    /// <summary>An entry of a batch that was read and may not go any further for what it holds: refused by itself.</summary>
    public FhirRequest AsUnread(DenyReason reason, string detail) =>
        new()
        {
            Canonical = Canonical,
            Interaction = Interaction.None,
            Parts = [],
            Template = "batch entry",
            Unread = new UnreadEntry(reason, detail, Canonical.Method, Canonical.ToTarget()),
        };

    /// <summary>The same transaction without its entries, where none of them has anything to do.</summary>
    internal FhirRequest AsEmpty()
    {
        var empty = (FhirRequest)MemberwiseClone();
        empty._entries = [];
        return empty;
    }

    /// <summary>The result of its patch has gone upstream and is not needed any more.</summary>
    public void ForgetPatched() => Patched = default;

    /// <summary>The search whose matches are counted in the place of a bare count: of no more than matches, in whatever order.</summary>
    public FhirRequest AsCounted() =>
        With([
            .. Parameters.Where(static parameter =>
                parameter.Name is not ("_summary" or "_count" or "_total" or "_sort" or "_elements")
                && !ResultParameters.IsInclude(parameter.Name)
            ),
            new QueryParameter("_count", CountedAtOnce),
        ]);

    /// <summary>The same read, as what a create on a condition came to.</summary>
    internal FhirRequest AsFound()
    {
        var found = (FhirRequest)MemberwiseClone();
        found.IsFound = true;
        return found;
    }

    internal FhirRequest Named(string fullUrl)
    {
        var named = (FhirRequest)MemberwiseClone();
        named.FullUrl = fullUrl;
        return named;
    }
}
