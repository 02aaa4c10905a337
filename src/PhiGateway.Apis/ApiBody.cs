namespace PhiGateway.Apis;

/// <summary>
/// What one row of a declared table says about the request's body: media type, members and where policy finds its facts; immutable.
/// </summary>
/// <param name="MediaType">Lower case, without parameters.</param>
/// <param name="Members">Members allowed at its top; empty: any.</param>
/// <param name="Shape">Where it says what policy must know.</param>
internal sealed record ApiBody(string MediaType, IReadOnlySet<string> Members, ApiShape Shape);
