namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes under <c>Mcp</c>: where AI agents may ask FHIR questions by the Model Context Protocol.</summary>
public sealed class McpOptions
{
    /// <summary>Where the door stands below a base.</summary>
    internal const string Place = "/mcp";

    /// <summary>Bases of FHIR routes that have a door at <c>/mcp</c> below them; none by default, so that there is none.</summary>
    public IReadOnlyList<string> Bases { get; set; } = [];

    /// <summary>Reports what is wrong, by member and in words.</summary>
    internal void Validate(IReadOnlyList<RoutePlace> places, Action<string, string> add)
    {
        for (var place = 0; place < Bases.Count; place++)
        {
            var wanted = Bases[place];
            if (wanted.Length == 0 || !places.Any(known => known.Base == wanted))
            {
                add($"Bases:{place}", "is not the base of a FHIR route (Phi.Base).");
            }
        }
    }
}
