using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>Gathers what reading the parameters of one search finds: filters, parts, used elements. Mutable, used by one request.</summary>
internal sealed class SearchReading(FhirContext context, ReadingBudget budget, ResourceType type, bool isCondition)
{
    private List<TokenConstraint>? _conditions;
    private List<UsedParameter>? _used;
    private QueryParameter[]? _rewritten;
    private PatientId[]? _owners;

    internal FhirContext Context { get; } = context;

    internal ReadingBudget Budget { get; } = budget;

    internal ResourceType Type { get; } = type;

    /// <summary>A conditional write's query: no result parameters.</summary>
    internal bool IsCondition { get; } = isCondition;

    /// <summary>
    /// For a search over several types, of which each is read by itself: all of them. An include stands with the one that it starts from;
    /// the others know nothing of it. Empty (the default): there is one.
    /// </summary>
    internal ResourceTypeSet Beside { get; init; }

    /// <summary>Bits of result parameters already seen, since each may stand once.</summary>
    internal int Seen { get; set; }

    /// <summary>At least one parameter narrows the search.</summary>
    internal bool HasFilter { get; private set; }

    internal List<AccessPart>? Others { get; private set; }

    internal IReadOnlyList<PatientId> Patients => _owners ?? [];

    internal IReadOnlyList<TokenConstraint> Conditions => _conditions is null ? [] : _conditions;

    internal IReadOnlyList<UsedParameter> Used => _used is null ? [] : _used;

    /// <summary>Elements of the type itself that are filtered or sorted by.</summary>
    internal IReadOnlyList<string> Uses => UsedElements.Of(Used, Type);

    /// <summary>Adds a part while the budget lasts; whoever adds in a loop asks whether it does.</summary>
    internal void Add(AccessPart part)
    {
        if (Budget.TakeParts(1))
        {
            (Others ??= []).Add(part);
        }
    }

    internal void AddRange(List<AccessPart>? parts)
    {
        if (parts is not null)
        {
            (Others ??= []).AddRange(parts);
        }
    }

    internal void AddCondition(TokenConstraint condition) => (_conditions ??= []).Add(condition);

    internal void Use(UsedParameter used)
    {
        (_used ??= new List<UsedParameter>(4)).Add(used);
        HasFilter |= !used.IsSort;
    }

    /// <summary>Whether a parameter of the type itself filters already.</summary>
    internal bool Filters(SearchParameterDefinition definition)
    {
        for (var i = 0; i < Used.Count; i++)
        {
            if (!Used[i].IsSort && Used[i].Type == Type && ReferenceEquals(Used[i].Definition, definition))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Notes whom an owner parameter names; a second one must name exactly the same patients, else the request means nobody.
    /// </summary>
    internal Refusal? Name(PatientId[] patients)
    {
        if (_owners is not null && !SameSet(_owners, patients))
        {
            return Refusal.Query("two owner parameters name different patients");
        }

        _owners = patients;
        return null;
    }

    /// <summary>Puts the canonical spelling of a value in the place of the client's.</summary>
    internal void Rewrite(IReadOnlyList<QueryParameter> parameters, int at, string value)
    {
        _rewritten ??= [.. parameters];
        _rewritten[at] = parameters[at] with { Value = value };
    }

    internal IReadOnlyList<QueryParameter> Canonical(IReadOnlyList<QueryParameter> parameters) => _rewritten ?? parameters;

    private static bool SameSet(PatientId[] one, PatientId[] other)
    {
        // Neither names anybody twice.
        if (one.Length != other.Length)
        {
            return false;
        }

        if (one.Length == 1)
        {
            return one[0] == other[0];
        }

        var others = new HashSet<PatientId>(other);
        foreach (var patient in one)
        {
            if (!others.Contains(patient))
            {
                return false;
            }
        }

        return true;
    }
}
