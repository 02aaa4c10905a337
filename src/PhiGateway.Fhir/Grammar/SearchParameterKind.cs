namespace PhiGateway.Fhir.Grammar;

/// <summary>The types of search parameters (R4 3.1.1.4).</summary>
public enum SearchParameterKind : byte
{
    /// <summary>Not known: never accepted.</summary>
    None = 0,
    Number,
    Date,
    String,
    Token,
    Reference,
    Composite,
    Quantity,
    Uri,

    /// <summary>A rule of its own, such as Location's <c>near</c>.</summary>
    Special,
}
