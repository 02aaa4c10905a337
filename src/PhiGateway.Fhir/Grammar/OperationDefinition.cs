using System.Collections.Frozen;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Grammar;

/// <summary>One modelled operation at one set of types.</summary>
/// <param name="Types">Types it may be called on; all of them for operations of any resource.</param>
/// <param name="AtSystem">Callable at system level.</param>
/// <param name="AtType">Callable at type level.</param>
/// <param name="AtInstance">Callable at instance level.</param>
/// <param name="ByGet">Callable by GET.</param>
/// <param name="Returns">What it can bring back.</param>
/// <param name="Inputs">Input parameters and their types.</param>
internal sealed record OperationDefinition(
    ResourceTypeSet Types,
    bool AtSystem,
    bool AtType,
    bool AtInstance,
    bool ByGet,
    OperationResult Returns,
    FrozenDictionary<string, string> Inputs
)
{
    /// <summary>Canonical address, for an operation that an operator declared; null for R4's own.</summary>
    public string? Url { get; init; }

    /// <summary>Inputs that may have one value only, since with another the operation would do something else; none by default.</summary>
    public FrozenDictionary<string, string> Only { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>It changes what is stored: declared so by an operator, or one of R4's that takes in what is submitted.</summary>
    public bool Writes { get; init; }

    /// <summary>What comes back is worked out from records of patients that the answer does not show: a measure, a risk.</summary>
    public bool IsComputed { get; init; }

    /// <summary>For <see cref="OperationResult.Declared"/>: the types of the resources in the answer; none: it holds values only.</summary>
    public ResourceTypeSet Answers { get; init; }

    /// <summary>What the values of the answer are about; null: what <see cref="Returns"/> says.</summary>
    public OperationValues? Values { get; init; }

    /// <summary>Inputs that name a patient, for an operation that an operator declared; empty for R4's own, where their names say it.</summary>
    public IReadOnlyCollection<string> Subjects { get; init; } = [];

    /// <summary>Elements of what is found that it always sorts or groups by; none by default.</summary>
    public IReadOnlyList<string> AlwaysUses { get; init; } = [];

    /// <summary>
    /// Inputs that say which of the records are meant, with the elements by which they do; of an operation that an operator declared one that
    /// is not here does so by nobody knows which, of R4's own it does not.
    /// </summary>
    public FrozenDictionary<string, string[]> InputUses { get; init; } = FrozenDictionary<string, string[]>.Empty;

    /// <summary>The one input that is a resource; null where there is none, or several.</summary>
    public string? Alone
    {
        get
        {
            string? alone = null;
            foreach (var (name, type) in Inputs)
            {
                if (type is "Resource" or "DomainResource" || ResourceType.TryParse(type, out _))
                {
                    if (alone is not null)
                    {
                        return null;
                    }

                    alone = name;
                }
            }

            return alone;
        }
    }

    /// <summary>Whether a resource may stand in an input, by the type that is declared; one without a type consists of parts.</summary>
    public bool TakesResource(string input) =>
        Inputs.TryGetValue(input, out var type)
        && (type.Length == 0 || type is "Resource" or "DomainResource" or "Any" || ResourceType.TryParse(type, out _));
}
