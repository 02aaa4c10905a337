using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Says what to look for in a resource of one type: its path tree and how its owner is established. Built on first use, then immutable.
/// </summary>
internal sealed class ScanProgram
{
    private static readonly ScanProgram?[] Programs = new ScanProgram?[ResourceType.IndexCount];

    private readonly string[] _parameters;

    internal ScanProgram(ResourceType type, ScanNode root, OwnerRule rule, string[] parameters, bool ofTargets, bool needsNoOwner)
    {
        NeedsNoOwner = needsNoOwner;
        OfTargets = ofTargets;
        SpeaksOfOthers = ofTargets || type.Name == "AuditEvent";
        Type = type;
        Root = root;
        Rule = rule;
        _parameters = parameters;
    }

    public ResourceType Type { get; }

    public ScanNode Root { get; }

    public OwnerRule Rule { get; }

    /// <summary>Its owners are those of the resources that it points at, where these are known.</summary>
    public bool OfTargets { get; }

    /// <summary>
    /// It stays where one of what its owner elements point at does: what is <see cref="OfTargets"/>, and an AuditEvent, which says itself
    /// whose it is and speaks of more than that.
    /// </summary>
    public bool SpeaksOfOthers { get; }

    /// <summary>
    /// A resource of the type that names no patient leaves nothing out: there is no element for it, it is for who takes part, or the type is for
    /// what is nobody's as well.
    /// </summary>
    public bool NeedsNoOwner { get; }

    public static ScanProgram For(ResourceType type) => Programs[type.Index] ??= ScanProgramFactory.Create(type);

    /// <summary>The bits of these parameters; false when one of them is not known to be found by plain paths.</summary>
    public bool TryMask(IReadOnlyList<string> needed, out uint mask)
    {
        mask = 0;
        var all = true;
        for (var i = 0; i < needed.Count; i++)
        {
            var place = Array.IndexOf(_parameters, needed[i]);
            if (place < 0)
            {
                all = false;
            }
            else
            {
                mask |= 1U << place;
            }
        }

        return all;
    }

    public string Parameter(int bit) => _parameters[bit];
}
