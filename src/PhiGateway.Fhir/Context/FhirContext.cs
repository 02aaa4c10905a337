using System.Diagnostics.CodeAnalysis;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Context;

/// <summary>
/// Tells the language layer about one route: which absolute references are local, what its server has beside R4, and how large things may
/// be. Immutable.
/// </summary>
public sealed record FhirContext
{
    /// <summary>The base that clients use, absolute, without trailing slash: <c>https://gw.hospital.example/fhir</c>.</summary>
    public required string GatewayBase { get; init; }

    /// <summary>Bases of the upstream, absolute, without trailing slash; a reference below one of them is a local reference.</summary>
    public required IReadOnlyList<string> UpstreamBases { get; init; }

    /// <summary>Deepest JSON nesting that is read; default 64.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Most entries in a batch or transaction; default 1000.</summary>
    public int MaxBundleEntries { get; init; } = 1000;

    /// <summary>Most alternatives in the list of one parameter; default 1000.</summary>
    public int MaxParameterValues { get; init; } = 1000;

    /// <summary>Most values of all parameters together, each as often as it is read (a search of several types reads it once for each), all
    /// entries of a bundle together; default 20,000.</summary>
    public int MaxValues { get; init; } = 20_000;

    /// <summary>Most characters that other spellings of values below a public base may add to one request, all of its parameters together;
    /// default 262,144.</summary>
    public int MaxSpelled { get; init; } = 256 * 1024;

    /// <summary>Most parts that a request may come to (types asked for, pulled in and walked over), all entries of a bundle together;
    /// default 20,000.</summary>
    public int MaxParts { get; init; } = 20_000;

    /// <summary>Most parameters in query and form together; default 100.</summary>
    public int MaxParameters { get; init; } = 100;

    /// <summary>Most stored records that one written Provenance may speak of, besides those of its own transaction; default 200.</summary>
    public int MaxTargets { get; init; } = 200;

    /// <summary>Search parameters that the upstream has beside R4's; none by default.</summary>
    public DeclaredParameters Declared { get; init; } = DeclaredParameters.None;

    /// <summary>
    /// Whether the upstream searches by what is stored in it as SearchParameter or CompartmentDefinition, so that no client may write them;
    /// default true.
    /// </summary>
    public bool TakesUpParameters { get; init; } = true;

    /// <summary>The tag that is put on what a client writes without one, where tenants share the upstream; null: none is needed.</summary>
    public TokenValue? TenantTag { get; init; }

    /// <summary>
    /// Public bases of other routes that lead to the same server, absolute, without trailing slash: what stands below one of them in content
    /// is a name of this server's; empty by default.
    /// </summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The parameter of a type by its exact name: R4's, or one that was declared.</summary>
    internal bool TryFind(ResourceType type, string name, [NotNullWhen(true)] out SearchParameterDefinition? parameter) =>
        SearchGrammar.TryFind(type, name, out parameter) || Declared.TryFind(type, name, out parameter);
}
