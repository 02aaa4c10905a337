namespace PhiGateway.Policy.Registry;

/// <summary>One permission of a use case: types × interactions, narrowed by patient, labels, conditions and elements.</summary>
public sealed record Grant
{
    /// <summary>Resource type names; at least one, no wildcard.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>Words: read, vread, search, history, create, update, patch, delete, export.</summary>
    public IReadOnlyList<string> Interactions { get; init; } = [];

    /// <summary>Token search parameter to comma list of values that every resource must satisfy.</summary>
    public IReadOnlyDictionary<string, string> Where { get; init; } = new Dictionary<string, string>();

    /// <summary>Operations permitted on the types, such as <c>$lastn</c>; none by default.</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];

    /// <summary><c>_include</c>/<c>_revinclude</c> values permitted, such as <c>Observation:subject</c>; none by default.</summary>
    public IReadOnlyList<string> Includes { get; init; } = [];

    /// <summary>Whose data; required. Security: nothing here means nobody's.</summary>
    public PatientScope? Patients { get; init; }

    /// <summary>Highest confidentiality let out: U L M N R V; default N.</summary>
    public string Confidentiality { get; init; } = "N";

    /// <summary>
    /// Sensitivity labels let out in spite of being sensitive, as <c>code</c> or <c>system|code</c>; none by default. A group of HL7's
    /// v3-ActCode, such as <c>SPI</c>, includes its members.
    /// </summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Top-level elements kept (minimum necessary); empty keeps all. Mandatory elements always stay.</summary>
    public IReadOnlyList<string> Elements { get; init; } = [];

    /// <summary>
    /// Elements of which only the fact leaves that there is a value, as paths such as <c>birthDate</c>, <c>identifier.value</c> or
    /// <c>subject.display</c>; none by default.
    /// The narrative, which repeats values, does not leave then.
    /// </summary>
    public IReadOnlyList<string> Masks { get; init; } = [];

    /// <summary>Security: lets a write change <c>meta.security</c>, tags or patient links; default false.</summary>
    public bool MayRelabel { get; init; }
}
